package demo

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
	"testing/fstest"

	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/schemes"
)

// laterEditions say which packs have a made-up next edition in a demonstration, and what is other in it. They are announced and not in force, so
// that the page of what changes for a firm has something to say: for the small firm of Anhui one answer turns, one sum rises.
var laterEditions = []struct {
	pack    string
	changes []string // old and new, in turn
}{
	{"cn-340000/no-application-benefit/2026", []string{"rnd_share:    {value: 5%", "rnd_share:    {value: 12%", "ratio:        {value: 10%", "ratio:        {value: 15%",
		"opens_on:     {value: 2026-06-01", "opens_on:     {value: 2027-06-01"}},
	{"cn-340000/instant-benefit/2026", []string{"sum:         {value: 50000 yuan", "sum:         {value: 80000 yuan"}},
	{"cn-310000/voucher-entitlement/2026", []string{"cap_firm:       {value: 300000 yuan", "cap_firm:       {value: 200000 yuan"}},
	{"cn-320000/voucher-entitlement/2026", []string{"cap_firm:       {value: 100000 yuan", "cap_firm:       {value: 150000 yuan"}},
	{"cn-330000/voucher-entitlement/2026", []string{"cap_firm:       {value: 200000 yuan", "cap_firm:       {value: 160000 yuan"}},
}

// later are the made-up next editions. One that does not follow from its pack is a mistake of the build.
var later = sync.OnceValue(func() (all []*scheme.Scheme) {
	for _, x := range laterEditions {
		s, err := laterOf(x.pack, x.changes)
		if err != nil {
			panic(fmt.Sprintf("next edition of %s: %v", x.pack, err))
		}
		all = append(all, s)
	}
	return all
})

// laterOf is a pack with another edition, another year and some other numbers; its title and its edition say that it is made up.
func laterOf(pack string, changes []string) (*scheme.Scheme, error) {
	next := strings.Replace(pack, "/2026", "/2027", 1)
	files := fstest.MapFS{}
	err := fs.WalkDir(schemes.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasPrefix(name, "yrd/") && path.Dir(name) != pack {
			return err
		}
		text, err := fs.ReadFile(schemes.FS, name)
		if at := strings.Replace(name, pack, next, 1); err == nil {
			files[at] = &fstest.MapFile{Data: text}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	file := files[next+"/scheme.yaml"]
	for i := 0; i < len(changes)+4; i += 2 {
		pair := append([]string{"edition: 2026-1", "edition: 2027-demo", "in_force: [2026-01-01, 2026-12-31]", "in_force: [2027-01-01, 2027-12-31]"}, changes...)[i : i+2]
		text := strings.Replace(string(file.Data), pair[0], pair[1], 1)
		if text == string(file.Data) {
			return nil, fmt.Errorf("it has no %q", pair[0])
		}
		file.Data = []byte(text)
	}
	s, problems := scheme.Load(files, next)
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s", problems[0].Words.In(fault.EN))
	}
	s.Title = fault.Words{s.Title[0] + "（虚构的下一版）", s.Title[1] + " (a made-up next edition)"}
	return s, nil
}
