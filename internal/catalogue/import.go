package catalogue

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"corridor/internal/access"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

// Bounds of an import.
const (
	importRows    = 2_000_000 // rows of a file
	importBytes   = 512 << 20 // bytes of a file
	importBad     = 1000      // bad cells that are named; all are counted
	importChunk   = 500       // rows that one act writes
	importWhole   = 2000      // a file of at most so many rows is one act
	importUnknown = 50        // columns that are named as not known
	importAhead   = 100       // listings that are asked for with one trip
)

// Import is a file of listings to be taken in.
type Import struct {
	Kind     string
	Name     string        // of the file
	File     io.ReadSeeker // read from its beginning, maybe twice
	Owner    string        // whose the rows are that do not say it
	Publish  bool          // publish at once what is new, as who reviews the owner's listings may
	Partial  bool          // take the good rows when there are bad ones
	Dry      bool          // check only
	Progress func(registry.Progress)
}

// Take imports a file. The whole file is read and checked before anything is written. Unless Partial is asked for one bad row
// refuses all of them, with catalogue.import_bad and the report. A row is about the listing with the same owner and the
// owner's own number: it changes that one, or says nothing new; without one it is a new listing.
//
// A file of at most importWhole rows is one act. A larger one is written in chunks, each an act of its own: when the program
// dies on the way, the same file again writes what is missing.
func (s *Service) Take(ctx context.Context, who access.Actor, in Import) (rep registry.Report, err error) {
	rep.Kind = in.Kind
	if err := access.MaySomewhere(who, access.ListingEdit); err != nil && !who.System() {
		return rep, err
	}
	k, ok := s.kinds.Of(in.Kind)
	if !ok {
		return rep, fault.New(fault.Invalid, "catalogue.kind_unknown", "kind", shorten(in.Kind)).On("kind")
	}
	size, err := in.File.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = in.File.Seek(0, io.SeekStart)
	}
	if err != nil {
		return rep, err
	}
	if size > importBytes {
		return rep, fault.New(fault.TooLarge, "catalogue.import_size", "most", importBytes>>20).On("file")
	}
	t := &taking{s: s, k: k, in: in, who: who, rep: &rep, cols: columnsOf(k), owners: map[string]owner{}, seen: map[string]int{}}
	if t.spool, err = os.CreateTemp("", "corridor-listings-*"); err != nil {
		return rep, fmt.Errorf("make a temporary file: %w", err)
	}
	defer func() { err = errors.Join(err, t.spool.Close(), os.Remove(t.spool.Name())) }()
	if err := t.check(ctx); err != nil {
		return rep, err
	}
	if rep.BadRows > 0 && !in.Partial {
		return rep, fault.New(fault.Invalid, "catalogue.import_bad", "rows", rep.BadRows, "of", rep.Rows)
	}
	if in.Dry || rep.Good == 0 {
		return rep, nil
	}
	return rep, t.write(ctx)
}

// taking is one import under way.
type taking struct {
	s      *Service
	k      *kinds.Kind
	in     Import
	who    access.Actor
	rep    *registry.Report
	cols   []column
	owners map[string]owner
	seen   map[string]int // rows by owner and own number
	spool  *os.File
}

// owner is an organisation that rows name, or why it cannot be.
type owner struct {
	org registry.Org
	err error
}

// line is a row that was read.
type line struct {
	Row    int
	Sheet  string
	Owner  string
	Fields kinds.Fields

	head *header
	bad  []registry.BadCell
}

// check reads the file and checks every row by the kind and, in chunks, against what is listed; good rows are kept on the disk.
func (t *taking) check(ctx context.Context) error {
	out := bufio.NewWriterSize(t.spool, 1<<20)
	keep := json.NewEncoder(out)
	var chunk []*line
	flush := func() error {
		if err := ctx.Err(); err != nil || len(chunk) == 0 {
			return err
		}
		if err := t.s.c.DB.Read(ctx, func(tx *db.Tx) error { return t.meet(ctx, tx, chunk) }); err != nil {
			return err
		}
		for _, y := range chunk {
			if len(y.bad) > 0 {
				t.rep.BadRows++
				t.rep.Bad = append(t.rep.Bad, y.bad[:min(len(y.bad), importBad-len(t.rep.Bad))]...)
			} else if t.rep.Good++; keep.Encode(y) != nil {
				return fmt.Errorf("write the temporary file: %w", out.Flush())
			}
		}
		chunk = chunk[:0]
		t.progress(false, t.rep.Rows, 0)
		return nil
	}
	err := t.rows(func(h *header, r sheets.Row) error {
		if t.rep.Rows++; t.rep.Rows > importRows {
			return fault.New(fault.TooLarge, "catalogue.import_rows", "most", importRows).On("file")
		}
		if chunk = append(chunk, t.read(h, r)); len(chunk) < importChunk {
			return nil
		}
		return flush()
	})
	return errors.Join(err, flush(), out.Flush())
}

// read makes a line of the cells of one row, with everything that is wrong with them.
func (t *taking) read(h *header, r sheets.Row) *line {
	y := &line{Row: r.No, Sheet: r.Sheet, Owner: t.in.Owner, Fields: kinds.Fields{}, head: h}
	for i, c := range h.cols {
		if c < 0 || i >= len(r.Cells) {
			continue
		}
		col := t.cols[c]
		if col.id == ownerColumn {
			if v := r.Text(r.Cells[i]); v != "" {
				y.Owner = v
			}
			continue
		}
		typed := h.typed(col, r, i)
		v, err := col.field.Parse(typed)
		if err == nil && col.field.Type == "region" && v != "" {
			err = t.s.c.Regions.Check(unit.Region(v))
		}
		if err != nil {
			t.refuse(y, col.id, typed, err)
		} else if v != "" {
			y.Fields[col.id] = v
		}
	}
	need := kinds.ToSave
	if t.in.Publish {
		need = kinds.ToPublish
	}
	for _, m := range t.k.Missing(y.Fields, need) {
		if !y.isBad(t.where(y, m.Field)) {
			t.refuse(y, m.Field, "", m)
		}
	}
	return y
}

func (y *line) isBad(column string) bool {
	for _, b := range y.bad {
		if b.Column == column && column != "" {
			return true
		}
	}
	return false
}

func (t *taking) where(y *line, id string) string {
	column, _ := y.head.where(t.cols, id)
	return column
}

func (t *taking) refuse(y *line, id, text string, err error) {
	b := registry.BadCell{Sheet: y.Sheet, Row: y.Row, Text: shorten(text), Fault: fault.Of(err)}
	if b.Column, b.Header = y.head.where(t.cols, id); b.Header == "" {
		f, _ := t.k.Field(id)
		b.Header = f.ZH
	}
	y.bad = append(y.bad, b)
}

// meet checks lines against the registry and what is listed.
func (t *taking) meet(ctx context.Context, tx *db.Tx, chunk []*line) error {
	if err := t.owned(ctx, tx, chunk); err != nil {
		return err
	}
	var about []*line
	for _, y := range chunk {
		o := t.owners[y.Owner]
		if o.err != nil {
			t.refuse(y, ownerColumn, y.Owner, o.err)
			continue
		}
		y.Owner = o.org.Code
		no := y.Fields[t.k.Key]
		if key := y.Owner + " " + no; no != "" {
			if first, twice := t.seen[key]; twice {
				t.refuse(y, t.k.Key, no, fault.New(fault.Conflict, "catalogue.import_twice", "row", first))
				continue
			}
			t.seen[key] = y.Row
		}
		if len(y.bad) == 0 {
			about = append(about, y)
		}
	}
	listed, err := t.listed(ctx, tx, about)
	if err != nil {
		return err
	}
	for _, y := range about {
		l, found := listed[y]
		switch {
		case found && l.State.ended():
			t.refuse(y, t.k.Key, y.Fields[t.k.Key], notIn(l.State, Changing))
		case !found:
			t.rep.New++
		case maps.Equal(l.Fields, y.Fields) && (l.Open() || !t.in.Publish):
			t.rep.Same++
		default:
			t.rep.Changed++
		}
	}
	return nil
}

// listed are the listings that lines are about, where there is one. All are asked before anything is written: no two lines of a file
// are about the same listing.
func (t *taking) listed(ctx context.Context, tx *db.Tx, lines []*line) (map[*line]Listing, error) {
	ids := map[*line]unit.ID{}
	for some := range slices.Chunk(lines, importAhead) {
		for _, y := range some {
			if no := y.Fields[t.k.Key]; no != "" {
				tx.Ahead(ctx, sqlByOwnNo, y.Owner, t.k.ID, no)
			}
		}
		for _, y := range some {
			no := y.Fields[t.k.Key]
			if no == "" {
				continue
			}
			id, found, err := selectByOwnNo(ctx, tx, y.Owner, t.k.ID, no)
			if err != nil {
				return nil, fmt.Errorf("row %d: %w", y.Row, err)
			}
			if found {
				ids[y] = id
			}
		}
	}
	out := make(map[*line]Listing, len(ids))
	for some := range slices.Chunk(lines, importAhead) {
		for _, y := range some {
			if id := ids[y]; id != "" {
				tx.Ahead(ctx, sqlListing, string(id))
			}
		}
		for _, y := range some {
			if ids[y] == "" {
				continue
			}
			l, found, err := selectListing(ctx, tx, ids[y])
			if err != nil {
				return nil, fmt.Errorf("row %d: %w", y.Row, err)
			}
			if found {
				out[y] = l
			}
		}
	}
	return out, nil
}

// owned finds the owners of lines.
func (t *taking) owned(ctx context.Context, tx *db.Tx, lines []*line) error {
	for _, y := range lines {
		if _, err := t.owner(ctx, tx, y.Owner); err != nil {
			return err
		}
	}
	return nil
}

// owner finds an organisation once, and asks once whether the actor may list for it.
func (t *taking) owner(ctx context.Context, tx *db.Tx, code string) (o owner, err error) {
	if o, known := t.owners[code]; known {
		return o, nil
	}
	o.org, o.err = t.s.c.Registry.Org(ctx, tx, code)
	if o.err != nil && fault.KindOf(o.err) == fault.Internal {
		return o, o.err
	}
	if o.err == nil {
		l := Listing{Owner: o.org.Code, Region: o.org.Region}
		if o.err = may(t.who, access.ListingEdit, l); o.err == nil && t.in.Publish {
			o.err = may(t.who, access.ListingPublish, l)
		}
	}
	t.owners[code] = o
	return o, nil
}

// write takes in the lines that are kept.
func (t *taking) write(ctx context.Context) error {
	if _, err := t.spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	kept := json.NewDecoder(bufio.NewReaderSize(t.spool, 1<<20))
	per := importChunk
	if t.rep.Good <= importWhole {
		per = importWhole
	}
	for t.rep.Written < t.rep.Good {
		var chunk []*line
		for len(chunk) < per && t.rep.Written+len(chunk) < t.rep.Good {
			y := &line{}
			if err := kept.Decode(y); err != nil {
				return fmt.Errorf("read the temporary file after %d of %d rows: %w", t.rep.Written+len(chunk), t.rep.Good, err)
			}
			chunk = append(chunk, y)
		}
		done := t.rep.Written + len(chunk)
		err := t.s.c.DB.Act(ctx, func(tx *db.Tx) error {
			if err := t.owned(ctx, tx, chunk); err != nil {
				return err
			}
			listed, err := t.listed(ctx, tx, chunk)
			if err != nil {
				return err
			}
			for _, y := range chunk {
				l, found := listed[y]
				if err := t.put(ctx, tx, y, l, found); err != nil {
					return fmt.Errorf("row %d: %w", y.Row, err)
				}
			}
			return t.s.c.Access.Record(ctx, tx, t.who, access.Entry{Act: "listing.import", Object: "kind/" + t.k.ID, Detail: fmt.Sprintf("rows %d of %d", done, t.rep.Good)})
		})
		if err != nil {
			return fmt.Errorf("import after %d of %d rows: %w", t.rep.Written, t.rep.Good, err)
		}
		t.rep.Written = done
		t.progress(true, done, t.rep.Good)
	}
	return nil
}

// put writes one line about the listing that was found: a new listing, a change, or nothing new.
func (t *taking) put(ctx context.Context, tx *db.Tx, y *line, l Listing, found bool) error {
	o := t.owners[y.Owner]
	if o.err != nil {
		return o.err
	}
	act, open := Changing, l.Open()
	switch {
	case !found:
		act = Adding
		l = Listing{ID: unit.NewID(tx.Now()), Kind: t.k.ID, Owner: o.org.Code, State: Registered, Made: tx.Now(), Region: o.org.Region}
	case l.kept(t.who):
		return fault.New(fault.Conflict, "catalogue.of_case")
	case l.State.ended():
		return notIn(l.State, Changing)
	case maps.Equal(l.Fields, y.Fields) && (open || !t.in.Publish):
		return nil
	}
	if open {
		if wrong := t.k.Missing(y.Fields, kinds.ToPublish); len(wrong) > 0 {
			return wrong
		}
	}
	l.OwnerName, l.Synthetic = o.org.Name, o.org.Synthetic
	if err := t.s.fill(&l, t.k, y.Fields); err != nil {
		return err
	}
	if t.in.Publish && (l.State == Registered || l.State == Review) {
		l.State = Published
		if !open {
			l.Published = tx.Now()
		}
	}
	return t.s.write(ctx, tx, t.who, &l, act, "", true)
}

func (t *taking) progress(writing bool, done, total int) {
	if t.in.Progress != nil {
		t.in.Progress(registry.Progress{Writing: writing, Done: done, Total: total})
	}
}
