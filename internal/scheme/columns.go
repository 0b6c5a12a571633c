package scheme

import (
	"math"

	"corridor/internal/fault"
)

// noNumber stands in a column of numbers for what is not known. No fact of the language is that small: money, counts and days
// are refused long before.
const noNumber = math.MinInt64

// answers of a rule for one firm in a column. In this order `and` is the smaller, `or` the larger, `not` two less it.
const (
	no uint8 = iota
	unclear
	yes
)

// Columns are the facts of a population column by column, so that a rule which reads only the registry is answered for all
// firms without going through them one by one. They are filled by Add and then may be read by many at once.
//
// A million firms with the facts of a voucher take about 60 MB.
type Columns struct {
	n    int
	cols map[string]*column
}

// column holds one fact: sides for yes and no, numbers for what has a size, and for everything else places in a list of the texts
// that occur.
type column struct {
	kind    Kind
	sides   []uint8
	numbers []int64
	places  []int32 // in texts; -1 is not known
	texts   []string
	placeOf map[string]int32
}

// NewColumns makes columns for the facts that the scheme's expressions may ask of a registry; with rules, only for those that these
// rules ask.
func (s *Scheme) NewColumns(rules ...string) *Columns {
	c := &Columns{cols: map[string]*column{}}
	want := map[string]bool{}
	for _, name := range rules {
		if e := s.compiled.rules[name]; e != nil {
			s.namesIn(e.ast.Expr(), want)
		}
	}
	for name, sh := range s.compiled.facts {
		if ofRegistry(name) && (len(rules) == 0 || want[name]) {
			c.cols[name] = &column{kind: sh.kind, placeOf: map[string]int32{}}
		}
	}
	return c
}

// Len is how many firms there are.
func (c *Columns) Len() int { return c.n }

// Add appends one firm. A fact of a wrong kind is refused; the columns are then as before.
func (c *Columns) Add(f Firm) error {
	for name, col := range c.cols {
		if v := f.Facts[name]; v.Known() && v.Kind != col.kind {
			return fault.New(fault.Invalid, "scheme.fact_kind", "fact", FactWords(name), "kind", kindWords[v.Kind], "want", kindWords[col.kind]).On(name)
		}
	}
	for name, col := range c.cols {
		col.add(f.Facts[name])
	}
	c.n++
	return nil
}

// reset empties the columns and keeps their room.
func (c *Columns) reset() {
	c.n = 0
	for _, col := range c.cols {
		col.sides, col.numbers, col.places = col.sides[:0], col.numbers[:0], col.places[:0]
	}
}

func (col *column) add(v Value) {
	switch {
	case col.kind == YesNo:
		side := unclear
		if v.Known() {
			side = uint8(2 * v.Int)
		}
		col.sides = append(col.sides, side)
	case hasSize(col.kind):
		n := int64(noNumber)
		if v.Known() {
			n = v.Int
		}
		col.numbers = append(col.numbers, n)
	case !v.Known():
		col.places = append(col.places, -1)
	default:
		at, there := col.placeOf[v.Text]
		if !there {
			at = int32(len(col.texts))
			col.texts, col.placeOf[v.Text] = append(col.texts, v.Text), at
		}
		col.places = append(col.places, at)
	}
}

func hasSize(k Kind) bool {
	return k == Money || k == Count || k == Ratio || k == Day || k == Score
}

// ofRegistry says whether a fact is one that only the registry is asked for.
func ofRegistry(name string) bool {
	return len(name) > 5 && name[:5] == "firm." && name != "firm.open_cases"
}
