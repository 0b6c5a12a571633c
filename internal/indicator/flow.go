package indicator

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// The leaf that tells that a service was bought with a voucher, and its fields. A pack publishes them; one that leaves a place
// out tells of nobody's use of anybody, and is not counted here.
const (
	boughtLeaf    = "voucher.approved"
	boughtBy      = "firm.region"
	boughtFrom    = "form.provider.region"
	boughtService = "form.service"
	boughtSum     = "payable"
)

const (
	boughtMax  = 2_000_000 // purchases that are kept in memory, about 100 bytes each
	boughtPage = 100
)

// Bought is one service that a firm of a place bought with a voucher from a provider of a place.
type Bought struct {
	Origin  string // the log that tells of it
	Index   int64
	Day     unit.Day
	User    unit.Region // where the firm is
	Host    unit.Region // where the provider is
	Service string      // kind of service, as the scheme names it; may be empty
	Sum     unit.Fen    // what the voucher bears
}

// Crosses says whether firm and provider are in different provinces.
func (b Bought) Crosses() bool { return b.User.Province() != b.Host.Province() }

// FlowQuery narrows what is shown of purchases. A region stands for everything in it.
type FlowQuery struct {
	User, Host unit.Region
	Year       int  // 0 is all
	Across     bool // only those of which firm and provider are in different provinces
}

func (q FlowQuery) wants(b Bought) bool {
	return (q.User == "" || b.User.In(q.User)) && (q.Host == "" || b.Host.In(q.Host)) && (q.Year == 0 || b.Day.Year() == q.Year) && (!q.Across || b.Crosses())
}

// Cell is how much was bought.
type Cell struct {
	N   int
	Sum unit.Fen
}

func (c *Cell) add(sum unit.Fen) (err error) {
	c.N++
	c.Sum, err = c.Sum.Add(sum)
	return err
}

// Flows is who bought services of whom: figures made of nothing but entries.
type Flows struct {
	All     Cell
	Across  Cell                    // firm and provider in different provinces
	Between map[[2]unit.Region]Cell // by province of the firm, province of the provider
	Users   map[unit.Region]Cell    // by place of the firm, as its entry names it
	Hosts   map[unit.Region]Cell    // by place of the provider
	Years   []int                   // in which anything was bought, of all purchases
}

// boughtTally is all purchases that the logs tell of, in the order in which they were read.
type boughtTally struct {
	mu   sync.Mutex
	read map[string]int64
	all  []Bought
}

// bought reads what is new and returns everything; the slice is not to be changed.
func (b *Book) bought(ctx context.Context) ([]Bought, error) {
	t := &b.purchases
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.read == nil {
		t.read = map[string]int64{}
	}
	all, read := t.all, map[string]int64{}
	err := b.c.DB.Read(ctx, func(tx *db.Tx) error {
		all = t.all
		for origin, n := range t.read {
			read[origin] = n
		}
		return grown(ctx, tx, read, func() { all = nil }, only(boughtLeaf), func(l leaf) error {
			x := Bought{Origin: l.Origin, Index: l.Index, Day: l.Day, User: unit.Region(l.text(boughtBy)), Host: unit.Region(l.text(boughtFrom)), Service: l.text(boughtService)}
			if x.User.Level() == unit.LevelNone || x.Host.Level() == unit.LevelNone {
				return nil
			}
			var err error
			if x.Sum, err = l.fen(boughtSum); err != nil { // what a neighbour writes into its own log spoils nobody's page
				return nil
			}
			if len(all) >= boughtMax {
				return fault.New(fault.TooLarge, "indicator.too_many", "most", boughtMax)
			}
			all = append(all, x)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("purchases in the logs: %w", err)
	}
	t.all, t.read = all, read
	return all, nil
}

// Flows adds up who bought of whom.
func (b *Book) Flows(ctx context.Context, q FlowQuery) (Flows, error) {
	all, err := b.bought(ctx)
	if err != nil {
		return Flows{}, err
	}
	return flowsOf(all, q)
}

// flowsOf is Flows of given purchases. It is pure.
func flowsOf(all []Bought, q FlowQuery) (f Flows, err error) {
	f = Flows{Between: map[[2]unit.Region]Cell{}, Users: map[unit.Region]Cell{}, Hosts: map[unit.Region]Cell{}}
	years := map[int]bool{}
	for _, x := range all {
		years[x.Day.Year()] = true
		if !q.wants(x) {
			continue
		}
		pair := [2]unit.Region{x.User.Province(), x.Host.Province()}
		between, user, host := f.Between[pair], f.Users[x.User], f.Hosts[x.Host]
		cells := []*Cell{&f.All, &between, &user, &host}
		if x.Crosses() {
			cells = append(cells, &f.Across)
		}
		for _, c := range cells {
			if err := c.add(x.Sum); err != nil {
				return f, fmt.Errorf("add leaf %d of %s: %w", x.Index, x.Origin, err)
			}
		}
		f.Between[pair], f.Users[x.User], f.Hosts[x.Host] = between, user, host
	}
	for y := range years {
		f.Years = append(f.Years, y)
	}
	slices.Sort(f.Years)
	return f, nil
}

// Purchases lists one page of the entries that make a figure of Flows, the newest first, counted from 1, and how many there are.
func (b *Book) Purchases(ctx context.Context, q FlowQuery, page int) (rows []Bought, total int, err error) {
	all, err := b.AllPurchases(ctx, q)
	from := min((max(page, 1)-1)*boughtPage, len(all))
	return all[from:min(from+boughtPage, len(all))], len(all), err
}

// AllPurchases are all entries that make a figure of Flows, the newest first.
func (b *Book) AllPurchases(ctx context.Context, q FlowQuery) (rows []Bought, err error) {
	all, err := b.bought(ctx)
	for _, x := range all {
		if q.wants(x) {
			rows = append(rows, x)
		}
	}
	slices.SortFunc(rows, func(a, c Bought) int {
		return cmp.Or(cmp.Compare(c.Day, a.Day), cmp.Compare(a.Origin, c.Origin), cmp.Compare(c.Index, a.Index))
	})
	return rows, err
}
