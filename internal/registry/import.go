package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

// Bounds of an import.
const (
	rowsMax     = 2_000_000 // rows of a file
	fileMax     = 512 << 20 // bytes of a file
	badMax      = 1000      // bad cells that are named; all are counted
	chunkRows   = 2000      // rows that one act writes
	wholeRows   = 5000      // a file of at most so many rows is one act
	unknownMax  = 50        // columns that are named as not known
	importsKept = 200       // imports that are listed
)

// Import is a file to be taken in.
type Import struct {
	Kind     string        // one of ImportKinds
	Name     string        // of the file; what does not end in .xlsx is read as CSV
	File     io.ReadSeeker // read from its beginning, twice
	Source   string        // who vouches for rows that do not say it
	Partial  bool          // take the good rows when there are bad ones
	Dry      bool          // check only
	Reason   string        // of labels: why, for the rows that do not say it
	Document string        // of labels: digest of the document that the whole list rests on; "" for none
	DocName  string        // what that document is called
	Progress func(Progress)
}

// Progress says how far an import is.
type Progress struct {
	Writing bool // false while the file is being read and checked
	Done    int  // rows
	Total   int  // rows that will be written; 0 while it is not known
}

// BadCell names a cell that cannot be taken in, and why.
type BadCell struct {
	Sheet  string // "" in a CSV
	Row    int    // from 1, as a spreadsheet counts
	Column string // letter, as a spreadsheet counts: A, B … AA
	Header string // what the column is called in the file; "" for one that is missing
	Text   string // what stands there, shortened
	Fault  *fault.Error
}

// Place is where the cell stands, as a spreadsheet names it: Sheet1!B12, or B12 in a CSV.
func (b BadCell) Place() string {
	at := b.Column + strconv.Itoa(b.Row)
	if b.Sheet != "" {
		return b.Sheet + "!" + at
	}
	return at
}

// Report says what an import did, or with Dry or bad rows what it would do.
type Report struct {
	ID      unit.ID // of the import, "" when nothing was written
	Kind    string
	Rows    int // with something in them, headers left out
	Good    int
	New     int // of the good ones: not in the registry before
	Changed int
	Same    int // nothing new
	BadRows int
	Bad     []BadCell // at most badMax
	Unknown []string  // columns that were left aside
	Written int       // rows
}

// Take imports a file. The whole file is read and checked before anything is written. Unless Partial is asked for one
// bad row refuses all of them, with registry.import_bad and the report. A row whose organisation stands twice in the file
// is bad at its second place.
//
// A file of at most wholeRows rows is one act. A larger one is written in chunks, each an act of its own, so that others
// are not kept waiting: when the program dies on the way the import stays listed as running, and the same file again
// writes what is missing; rows that are there already are nothing new.
func (r *Registry) Take(ctx context.Context, who access.Actor, in Import) (rep Report, err error) {
	rep.Kind = in.Kind
	t, ok := tableOf(in.Kind)
	if err := access.MaySomewhere(who, t.permission()); err != nil && !who.System() {
		return rep, err
	}
	if !ok {
		return rep, fault.New(fault.Invalid, "registry.import_kind", "kind", in.Kind).On("kind")
	}
	if err := checkText("source", in.Source, false); err != nil {
		return rep, err
	}
	digest, err := digestOf(in.File)
	if err != nil {
		return rep, err
	}
	spool, err := newSpool()
	if err != nil {
		return rep, fmt.Errorf("make a temporary file: %w", err)
	}
	defer spool.close()
	c := &taking{r: r, in: in, t: t, who: who, rep: &rep, spool: spool, seen: map[[16]byte]int32{}, allowed: map[unit.Region]error{}}
	if err := r.c.DB.Read(ctx, func(tx *db.Tx) error {
		c.id, c.today = unit.NewID(tx.Now()), r.Today(tx)
		return nil
	}); err != nil {
		return rep, err
	}
	if err := c.check(ctx); err != nil {
		return rep, err
	}
	if rep.BadRows > 0 && !in.Partial {
		return rep, fault.New(fault.Invalid, "registry.import_bad", "rows", rep.BadRows, "of", rep.Rows)
	}
	if in.Dry || rep.Good == 0 {
		return rep, nil
	}
	return rep, c.write(ctx, digest)
}

// digestOf names the content of the file, and refuses one that is too large.
func digestOf(f io.ReadSeeker) (string, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(f, fileMax+1))
	if err != nil {
		return "", err
	}
	if n > fileMax {
		return "", fault.New(fault.TooLarge, "registry.import_size", "most", fileMax>>20)
	}
	_, err = f.Seek(0, io.SeekStart)
	return hex.EncodeToString(h.Sum(nil)), err
}

// taking is one import under way.
type taking struct {
	r       *Registry
	in      Import
	t       table
	who     access.Actor
	rep     *Report
	spool   *spool
	id      unit.ID
	today   unit.Day
	seen    map[[16]byte]int32    // rows by the digest of what they are about
	allowed map[unit.Region]error // the permission by region
}

// item is a row that was read.
type item struct {
	at    place
	sheet *sheet   // nil when it comes from the spool
	cells []string // by the columns of the table
	code  string   // of the organisation
	v     any      // what the table made of it
	bad   []BadCell
}

// check reads the file, checks every row against the rules and, in chunks, against the registry, and spools the good ones.
func (c *taking) check(ctx context.Context) error {
	var chunk []*item
	flush := func() error {
		if len(chunk) == 0 {
			return nil
		}
		err := c.r.c.DB.Read(ctx, func(tx *db.Tx) error { return c.meet(ctx, tx, chunk) })
		if err != nil {
			return err
		}
		for _, it := range chunk {
			if err := c.sort(it); err != nil {
				return err
			}
		}
		chunk = chunk[:0]
		c.progress(false, c.rep.Rows, 0)
		return nil
	}
	err := readSheets(c.in, c.t, func(s *sheet, r sheets.Row) error {
		if c.rep.Rows++; c.rep.Rows > rowsMax {
			return fault.New(fault.TooLarge, "registry.import_rows", "most", rowsMax)
		}
		chunk = append(chunk, c.read(s, r))
		if len(chunk) < chunkRows {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return flush()
	}, func(header string) {
		if len(c.rep.Unknown) < unknownMax {
			c.rep.Unknown = append(c.rep.Unknown, header)
		}
	})
	if err != nil {
		return err
	}
	return flush()
}

// read makes an item of the cells of one row.
func (c *taking) read(s *sheet, r sheets.Row) *item {
	it := &item{at: place{sheet: s.name, row: r.No}, sheet: s}
	it.cells = make([]string, len(c.t.columns))
	for i, col := range s.columns {
		if col >= 0 && i < len(r.Cells) {
			it.cells[col] = tidy(r, c.t.columns[col], r.Cells[i], s.units[i])
		}
	}
	y := &line{it: it, t: c.t, s: s, source: c.in.Source, today: c.today}
	it.v = c.t.read(c.r, y)
	if len(it.bad) > 0 {
		return it
	}
	it.code = y.code
	key := digestKey(y.key)
	if first, twice := c.seen[key]; twice {
		y.refuse(c.t.columns[0].id, fault.New(fault.Conflict, "registry.import_twice", "row", int(first)))
	} else {
		c.seen[key] = int32(r.No)
	}
	return it
}

// sort counts an item, names its bad cells, or spools it.
func (c *taking) sort(it *item) error {
	if len(it.bad) == 0 {
		c.rep.Good++
		return c.spool.put(it)
	}
	c.rep.BadRows++
	c.rep.Bad = append(c.rep.Bad, it.bad[:min(len(it.bad), badMax-len(c.rep.Bad))]...)
	return nil
}

// meet checks items against the registry: whether their organisations are there, whether the actor may change them, and
// whether they say something new.
func (c *taking) meet(ctx context.Context, tx *db.Tx, items []*item) error {
	var codes []string
	for _, it := range items {
		if len(it.bad) == 0 {
			codes = append(codes, it.code)
		}
	}
	orgs, err := selectOrgs(ctx, tx, codes)
	if err != nil {
		return fmt.Errorf("find organisations: %w", err)
	}
	for _, it := range items {
		if len(it.bad) > 0 {
			continue
		}
		old, known := orgs[it.code]
		what, err := c.t.meet(ctx, c, tx, it, old, known)
		if err != nil {
			return fmt.Errorf("row %d: %w", it.at.row, err)
		}
		if len(it.bad) > 0 {
			continue
		}
		switch what {
		case isNew:
			c.rep.New++
		case isChange:
			c.rep.Changed++
		case isSame:
			c.rep.Same++
		}
	}
	return nil
}

// may asks for the permission over a region, once for each.
func (c *taking) may(region unit.Region) error {
	err, asked := c.allowed[region]
	if !asked {
		if _, err = mayEdit(c.who, region); c.t.permission() == access.LabelEdit {
			_, err = mayChangeLabel(c.who, region)
		}
		c.allowed[region] = err
	}
	return err
}

// write takes the spooled rows in.
func (c *taking) write(ctx context.Context, digest string) error {
	per := chunkRows
	if c.rep.Good <= wholeRows {
		per = wholeRows
	}
	whole := per >= c.rep.Good // one act
	run := importRow{id: string(c.id), kind: c.in.Kind, name: c.in.Name, digest: digest, good: c.rep.Good, bad: c.rep.BadRows}
	if !whole {
		if err := c.r.c.DB.Act(ctx, func(tx *db.Tx) error { return insertImport(ctx, tx, run) }); err != nil {
			return err
		}
	}
	next, err := c.spool.rewind()
	if err != nil {
		return err
	}
	for c.rep.Written < c.rep.Good {
		items := make([]*item, 0, per)
		for len(items) < per {
			it, err := next()
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
			y := &line{it: it, t: c.t, source: c.in.Source, today: c.today}
			it.v = c.t.read(c.r, y)
			it.code = y.code
			items = append(items, it)
		}
		if len(items) == 0 {
			return fmt.Errorf("the spool ended after %d of %d rows", c.rep.Written, c.rep.Good)
		}
		done := c.rep.Written + len(items)
		err := c.r.c.DB.Act(ctx, func(tx *db.Tx) error {
			if whole {
				if err := insertImport(ctx, tx, run); err != nil {
					return err
				}
			}
			if err := c.t.write(ctx, c, tx, items); err != nil {
				return err
			}
			if err := updateImport(ctx, tx, string(c.id), done, done == c.rep.Good); err != nil {
				return err
			}
			return c.r.c.Access.Record(ctx, tx, c.who, access.Entry{Act: "registry.import", Object: "import/" + string(c.id), Detail: fmt.Sprintf("%s rows %d", c.in.Kind, done)})
		})
		if err != nil {
			return c.stopped(ctx, err)
		}
		c.rep.ID, c.rep.Written = c.id, done
		c.progress(true, done, c.rep.Good)
	}
	return nil
}

// stopped notes that an import did not come to its end, as far as the database still can.
func (c *taking) stopped(ctx context.Context, why error) error {
	err := c.r.c.DB.Act(context.WithoutCancel(ctx), func(tx *db.Tx) error { return stopImport(ctx, tx, string(c.id)) })
	if err != nil {
		why = fmt.Errorf("%w (and it could not be noted: %v)", why, err)
	}
	return fmt.Errorf("import after %d of %d rows: %w", c.rep.Written, c.rep.Good, why)
}

func (c *taking) progress(writing bool, done, total int) {
	if c.in.Progress != nil {
		c.in.Progress(Progress{Writing: writing, Done: done, Total: total})
	}
}

// digestKey shortens what a row is about, so that a million of them take little room. Two different keys have one
// digest about as often as two people guess one password of 16 random bytes.
func digestKey(key []string) (d [16]byte) {
	h := sha256.New()
	for _, s := range key {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	copy(d[:], h.Sum(nil))
	return d
}

// ImportKinds lists what can be imported, in order.
func ImportKinds() (all []string) {
	for _, t := range tables {
		all = append(all, t.id)
	}
	return all
}

func tableOf(kind string) (table, bool) {
	i := slices.IndexFunc(tables, func(t table) bool { return t.id == kind })
	if i < 0 {
		return table{}, false
	}
	return tables[i], true
}

// Ran is an import that was begun.
type Ran struct {
	ID      unit.ID
	Kind    string
	Name    string
	Digest  string
	State   string // running, done or stopped; one that is running in no process was cut off
	Good    int    // rows to write
	Done    int    // rows written
	Bad     int    // rows left aside
	Started time.Time
	Ended   time.Time
}

// Imports lists the newest imports first.
func (r *Registry) Imports(ctx context.Context, tx *db.Tx) ([]Ran, error) {
	all, err := selectImports(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("imports: %w", err)
	}
	return all, nil
}
