package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/node"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// firmsOfMillion is how many firms a province's registry gets in the world of a million.
const firmsOfMillion = 250_000

// millionFirms enters the firms of a province that the large world has, so many of them, from one file, by the import that
// administrators have. Firms are written in the order of their numbers, so that the last one says that all are there.
func millionFirms(ctx context.Context, n *node.Node, firms int, say func(string, ...any)) error {
	if n.Node.Code == Office {
		return nil
	}
	began := time.Now()
	at := placesOfFirms(unit.Region(n.Node.Code))
	last, err := at.code(firms - 1)
	if err != nil {
		return err
	}
	if there, err := knows(ctx, n, string(last)); err != nil || there {
		return err
	}
	file, err := at.file(firms, n.Node.Code)
	if err != nil {
		return err
	}
	rep, err := taken(func() (registry.Report, error) {
		return n.Registry.Take(ctx, access.System("demo"), registry.Import{Kind: "organisations", Name: "organisations.csv", File: bytes.NewReader(file), Source: "demo", Progress: told(n, say)})
	})
	if err != nil {
		return fmt.Errorf("import firms at %s: %w", n.Node.Code, err)
	}
	say("%s  %d 家企业由一个文件导入 firms from one file of %d MiB, %d new, %.0f s", n.Node.Name[1], rep.Good, len(file)>>20, rep.New, time.Since(began).Seconds())
	return nil
}

// firmPlaces are where a province's made-up firms are, one after the other.
type firmPlaces struct {
	regions *unit.Regions
	today   unit.Day
	all     []unit.Region
}

func placesOfFirms(province unit.Region) firmPlaces {
	p := firmPlaces{regions: unit.GB2260(), today: day(2026, time.January, 1)}
	p.all = citiesOf(p.regions, province, p.today)
	return p
}

func (p firmPlaces) of(i int) unit.Region { return p.all[i%len(p.all)] }

// code is that of the i-th firm.
func (p firmPlaces) code(i int) (unit.USCC, error) {
	subject, err := unit.MakeSubject(fmt.Sprintf("M%07d", i))
	if err != nil {
		return "", err
	}
	return unit.MakeUSCC("91" + string(p.of(i)) + subject)
}

// file is the list of so many firms whose home is a node, as CSV, the same each time.
func (p firmPlaces) file(firms int, home string) ([]byte, error) {
	var b bytes.Buffer
	out, r := csv.NewWriter(&b), rand.New(rand.NewPCG(historySeed, 3))
	if err := out.Write([]string{"code", "name", "name_en", "kind", "region", "industry", "founded", "status", "home", "synthetic", "source"}); err != nil {
		return nil, err
	}
	industries := unit.Industry("C").Children()
	for i := range firms {
		code, err := p.code(i)
		if err != nil {
			return nil, err
		}
		at := p.of(i)
		name := [2]string{registry.MadeName(r, p.regions, at), fmt.Sprintf("%s Trade %d Ltd (demo)", strings.TrimSuffix(p.regions.Name(at, p.today)[1], " City"), i)}
		if err := out.Write([]string{string(code), name[0], name[1], "firm", string(at), string(industries[r.IntN(len(industries))]), p.today.Add(-1 - r.IntN(9000)).String(), "存续", home, "true", "demo"}); err != nil {
			return nil, err
		}
	}
	out.Flush()
	return b.Bytes(), out.Error()
}
