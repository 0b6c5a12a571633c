package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/fault"
	"corridor/internal/node"
	"corridor/internal/registry"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

// bulkTries is how often an import is begun that a busy machine has cut off.
const bulkTries = 5

// progressEvery is how often an import that takes long says how far it is.
const progressEvery = 5 * time.Second

// instrumentsOfPast says in a hundred how many of all instruments a province has listed, and how much of their worth. Made up.
var instrumentsOfPast = map[string][2]int64{Shanghai: {34, 38}, Jiangsu: {27, 26}, Zhejiang: {22, 20}, Anhui: {17, 16}}

// allInstruments lists what a node lacks of its share of all instruments, from one file, by the import that owners have. Instruments
// and their worth add up to what was published, or to a part of it.
func allInstruments(ctx context.Context, n *node.Node, of pastPart, say func(string, ...any)) error {
	if _, mine := instrumentsOfPast[n.Node.Code]; !mine {
		return nil
	}
	if _, err := n.Log.Sequence(ctx); err != nil {
		return err
	}
	places, err := n.Indicators.Places(ctx, "instruments-worth")
	if err != nil {
		return err
	}
	have, worth := 0, unit.Fen(0)
	for r, c := range places {
		if r.Province() == unit.Region(n.Node.Code) {
			have, worth = have+c.N, worth+c.Sum
		}
	}
	want := int(shareOf(int64(of.of(publishedInstruments)), n.Node.Code, 0))
	if have >= want {
		return nil
	}
	// What lacked when the import began is kept beside the database, so that an import that was cut off goes on with the same file.
	lacks, rest, err := begun(filepath.Join(n.Dir, "bulk.json"), want-have, shareOf(int64(of.sum(publishedWorth)/unit.FenPerYuan/1000), n.Node.Code, 1)-int64(worth/unit.FenPerYuan/1000))
	if err != nil {
		return err
	}
	began := time.Now()
	k, _ := n.Catalogue.Kinds().Of("instrument")
	owners := Owners(ownersOfPast, unit.Region(n.Node.Code), offersSeed)
	var b bytes.Buffer
	if err := WriteOffers(&b, sheets.CSV, k, worthy(lacks, rest, func() iter.Seq[Offer] { return Offers(lacks, "instrument", owners, historySeed) })); err != nil {
		return err
	}
	rep, err := taken(func() (registry.Report, error) {
		return n.Catalogue.Take(ctx, access.System("demo"), catalogue.Import{Kind: k.ID, Name: "instruments.csv", File: bytes.NewReader(b.Bytes()), Publish: true, Progress: told(n, say)})
	})
	if err != nil {
		return err
	}
	if _, err := n.Log.Sequence(ctx); err != nil {
		return err
	}
	say("%s  %d 台（套）仪器由一个文件导入 instruments from one file of %d MiB, %d owners, %.0f s", n.Node.Name[1], rep.Good, b.Len()>>20, len(owners), time.Since(began).Seconds())
	return nil
}

// taken takes a file, again where a busy machine has cut it off: what was taken stays. Of a file that is refused it names a cell.
func taken(take func() (registry.Report, error)) (rep registry.Report, err error) {
	for range bulkTries {
		if rep, err = take(); fault.CodeOf(err) != "db.act_too_long" {
			break
		}
	}
	if err != nil && len(rep.Bad) > 0 {
		err = fmt.Errorf("%w: %s %s %q: %w", err, rep.Bad[0].Place(), rep.Bad[0].Header, rep.Bad[0].Text, rep.Bad[0].Fault)
	}
	return rep, err
}

// told says how far a node's import is, every few seconds.
func told(n *node.Node, say func(string, ...any)) func(registry.Progress) {
	last := time.Now()
	return func(p registry.Progress) {
		if time.Since(last) < progressEvery {
			return
		}
		last = time.Now()
		if p.Writing {
			say("%s  写入 written %d / %d", n.Node.Name[1], p.Done, p.Total)
		} else {
			say("%s  核对 checked %d", n.Node.Name[1], p.Done)
		}
	}
}

// begun reads what an import began with, or keeps what it begins with now.
func begun(path string, lacks int, thousands int64) (int, int64, error) {
	kept := struct {
		Lacks     int   `json:"lacks"`
		Thousands int64 `json:"thousands_of_yuan"`
	}{lacks, thousands}
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &kept)
	} else if errors.Is(err, fs.ErrNotExist) {
		if b, err = json.Marshal(kept); err == nil {
			err = os.WriteFile(path, b, 0o600)
		}
	}
	return kept.Lacks, kept.Thousands, err
}

// shareOf is a province's whole share of a total; the last province has what is left, so that the parts make the total.
func shareOf(total int64, code string, of int) int64 {
	left := total
	for _, m := range Members[1:] {
		x := total * instrumentsOfPast[m.Code][of] / 100
		if m == Members[len(Members)-1] {
			x = left
		}
		if left -= x; m.Code == code {
			return x
		}
	}
	return 0
}

// worthy are offers whose original values, in their proportions, make a sum of so many thousands of yuan.
func worthy(n int, thousands int64, offers func() iter.Seq[Offer]) iter.Seq[Offer] {
	typed := func(o Offer) float64 {
		v, err := strconv.ParseFloat(o.Typed["worth"][:len(o.Typed["worth"])-len("万")], 64)
		if err != nil {
			panic(err) // as anInstrument writes it
		}
		return v
	}
	return func(yield func(Offer) bool) {
		sum := 0.0
		for o := range offers() {
			sum += typed(o)
		}
		carried, before, i := 0.0, int64(0), 0
		for o := range offers() {
			carried += typed(o) / sum * float64(thousands-int64(n)) // each is worth a thousand at least
			upTo := int64(math.Round(carried))
			o.Typed["worth"] = strconv.FormatInt((1+upTo-before)*1000, 10) + "元"
			o.Typed["inner_id"] = fmt.Sprintf("EQ-%s-B%06d", o.Typed["region"][:2], i)
			before, i = upTo, i+1
			if !yield(o) {
				return
			}
		}
	}
}
