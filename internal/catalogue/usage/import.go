package usage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

// columns are those of a file of runs, by the words that heads use for them.
var columns = []struct {
	field  string
	needed bool
	heads  []string
}{
	{"instrument", true, []string{"instrument", "innerid", "仪器", "仪器编号", "单位内部编号", "内部编号"}},
	{"log_no", true, []string{"log_no", "no", "记录号", "日志号", "运行编号"}},
	{"from", true, []string{"from", "start", "starttime", "开始", "开始时间"}},
	{"to", true, []string{"to", "end", "endtime", "结束", "结束时间"}},
	{"minutes", false, []string{"minutes", "有效分钟", "有效机时(分钟)"}},
	{"account", false, []string{"account", "user", "账号", "使用人"}},
	{"samples", false, []string{"samples", "样品数"}},
	{"project", false, []string{"project", "项目", "项目编号", "经费号"}},
	{"direction", false, []string{"direction", "servicedirection", "用途", "服务方向"}},
}

// Template is the head of a file of runs.
func Template(lang fault.Lang) (head []string) {
	for _, c := range columns {
		if lang == fault.EN {
			head = append(head, c.heads[0])
		} else {
			head = append(head, c.heads[slices.IndexFunc(c.heads, func(h string) bool { return h[0] >= 0x80 })])
		}
	}
	return head
}

// Imported is what became of a file.
type Imported struct {
	Rows  int
	Taken int // new ones
	Known int // that were there already
	Bad   []Bad
}

// Bad is a cell that could not be taken.
type Bad struct {
	Sheet  string
	Row    int
	Column string // A, B …; "" where it is not one cell's
	Err    *fault.Error
}

// Import is a file of runs to be taken in.
type Import struct {
	Owner    string
	Name     string // of the file
	File     io.ReadSeeker
	Partial  bool // take the good rows when there are bad ones
	Dry      bool // check only
	Progress func(writing bool, done, total int)
}

// Import takes a file of runs of one owner's instruments, CSV or XLSX. Nothing is kept where a row is wrong, unless Partial asks
// for the good ones. Times are those of the room's zone, or with their own offset.
//
// A file of at most importMax rows is one act. A larger one is checked as a whole, then written in parts, each an act of its own:
// when the program dies on the way, the same file again writes what is missing.
func (s *Service) Import(ctx context.Context, who access.Actor, in Import) (out Imported, err error) {
	if err := mayManage(who, in.Owner); err != nil {
		return out, err
	}
	rows, bad, err := s.rowsOf(in.Name, in.File)
	if err != nil {
		return out, err
	}
	t := &taking{s: s, who: who, in: in, out: Imported{Rows: len(rows), Bad: bad}}
	if len(rows) <= importMax {
		err = t.whole(ctx, rows)
	} else {
		err = t.parts(ctx, rows)
	}
	return t.out, err
}

// taking is one import under way.
type taking struct {
	s   *Service
	who access.Actor
	in  Import
	own map[string]unit.ID // instruments by their own numbers and ids
	out Imported
}

var errNotKept = errors.New("nothing is kept")

// whole takes a file in one act.
func (t *taking) whole(ctx context.Context, rows []fileRow) error {
	before := t.out
	err := t.s.c.DB.Act(ctx, func(tx *db.Tx) error {
		t.out = before
		t.out.Bad = slices.Clone(before.Bad)
		if err := t.put(ctx, tx, rows); err != nil {
			return err
		}
		if t.in.Dry || len(t.out.Bad) > 0 && !t.in.Partial {
			return errNotKept
		}
		return t.s.record(ctx, tx, t.who, "import", "owner/"+t.in.Owner, strconv.Itoa(t.out.Taken))
	})
	if errors.Is(err, errNotKept) {
		err = nil
	}
	return err
}

// parts checks all of a file, then writes it part by part.
func (t *taking) parts(ctx context.Context, rows []fileRow) error {
	t.beside(rows)
	if err := t.each(ctx, rows, false); err != nil {
		return err
	}
	if t.in.Dry || len(t.out.Bad) > 0 && !t.in.Partial {
		return nil
	}
	t.out.Taken, t.out.Known = 0, 0
	return t.each(ctx, rows, true)
}

// each goes through a file part by part; without write it keeps nothing.
func (t *taking) each(ctx context.Context, rows []fileRow, write bool) error {
	for from := 0; from < len(rows); from += partRuns {
		part := rows[from:min(from+partRuns, len(rows))]
		before := t.out
		err := t.s.c.DB.Act(ctx, func(tx *db.Tx) error {
			t.out = before
			t.out.Bad = slices.Clone(before.Bad)
			if err := t.put(ctx, tx, part); err != nil {
				return err
			}
			switch {
			case !write:
				return errNotKept
			case len(t.out.Bad) > len(before.Bad) && !t.in.Partial:
				return fault.New(fault.Conflict, "usage.cut", "done", from, "left", len(rows)-from)
			}
			return t.s.record(ctx, tx, t.who, "import", "owner/"+t.in.Owner, fmt.Sprintf("%d of %d", from+len(part), len(rows)))
		})
		if err != nil && !errors.Is(err, errNotKept) {
			if write {
				t.out.Taken, t.out.Known = before.Taken, before.Known
			}
			return err
		}
		named := map[[2]string]bool{}
		for _, b := range t.out.Bad[len(before.Bad):] {
			named[[2]string{b.Sheet, strconv.Itoa(b.Row)}] = true
		}
		for k := range part { // what was refused once is not tried again
			part[k].bad = part[k].bad || named[[2]string{part[k].sheet, strconv.Itoa(part[k].no)}]
		}
		if t.in.Progress != nil {
			t.in.Progress(write, from+len(part), len(rows))
		}
	}
	return nil
}

// put enters the good ones of some rows; those that are refused are marked, and named in the report.
func (t *taking) put(ctx context.Context, tx *db.Tx, rows []fileRow) (err error) {
	if t.own == nil {
		if t.own, err = t.s.byOwnNo(ctx, tx, t.in.Owner); err != nil {
			return err
		}
	}
	for k := range rows {
		r := &rows[k]
		if r.bad {
			continue
		}
		id, ok := t.own[r.instrument]
		if !ok {
			t.out.Bad = append(t.out.Bad, r.wrong("instrument", fault.New(fault.NotFound, "usage.no_instrument", "no", r.instrument)))
			continue
		}
		r.entry.Instrument = id
		_, fresh, err := t.s.enter(ctx, tx, t.who, r.entry)
		var said *fault.Error
		switch {
		case errors.As(err, &said) && said.Kind != fault.Internal && said.Kind != fault.Unavailable:
			t.out.Bad = append(t.out.Bad, r.wrong(said.Field, said))
		case err != nil:
			return err
		case fresh:
			t.out.Taken++
		default:
			t.out.Known++
		}
	}
	return nil
}

// beside refuses rows of one file that stand in each other's way: their times overlap, or they have one number and are not the
// same. The later row is the bad one.
func (t *taking) beside(rows []fileRow) {
	byMachine := map[string][]int{}
	numbers := map[string]int{}
	for k := range rows {
		r := &rows[k]
		if r.bad {
			continue
		}
		key := r.instrument + "\x00" + r.entry.LogNo
		if first, twice := numbers[key]; twice {
			was := rows[first].entry
			if !was.From.Equal(r.entry.From) || !was.To.Equal(r.entry.To) || was.Minutes != r.entry.Minutes || was.Samples != r.entry.Samples {
				t.refuse(r, "log_no", fault.New(fault.Conflict, "usage.log_changed", "no", r.entry.LogNo))
			}
			continue
		}
		numbers[key] = k
		byMachine[r.instrument] = append(byMachine[r.instrument], k)
	}
	for _, all := range byMachine {
		slices.SortStableFunc(all, func(a, b int) int { return rows[a].entry.From.Compare(rows[b].entry.From) })
		last := -1
		for _, k := range all {
			if last >= 0 && rows[k].entry.From.Before(rows[last].entry.To) {
				late, other := k, last
				if k < last {
					late, other = last, k
				}
				o := rows[other].entry
				if !rows[late].bad {
					t.refuse(&rows[late], "from", fault.New(fault.Conflict, "usage.overlap", "no", o.LogNo, "from", t.s.local(o.From), "to", t.s.local(o.To)))
				}
				if late == last {
					last = k
				}
				continue
			}
			last = k
		}
	}
	slices.SortStableFunc(t.out.Bad, func(a, b Bad) int { return a.Row - b.Row })
}

func (t *taking) refuse(r *fileRow, field string, err *fault.Error) {
	r.bad = true
	t.out.Bad = append(t.out.Bad, r.wrong(field, err))
}

// byOwnNo finds the instruments of an owner by their own numbers and by their ids.
func (s *Service) byOwnNo(ctx context.Context, tx *db.Tx, owner string) (map[string]unit.ID, error) {
	all, err := s.owned(ctx, tx, owner)
	by := map[string]unit.ID{}
	for _, i := range all {
		by[string(i.ID)] = i.ID
		if i.OwnNo != "" {
			by[i.OwnNo] = i.ID
		}
	}
	return by, err
}

// fileRow is a row of a file.
type fileRow struct {
	sheet      string
	no         int
	at         map[string]int // column of each field
	instrument string
	entry      Entry
	bad        bool
}

func (r fileRow) wrong(field string, err *fault.Error) Bad {
	b := Bad{Sheet: r.sheet, Row: r.no, Err: err}
	if at, ok := r.at[field]; ok {
		b.Column = sheets.Column(at)
	}
	return b
}

// rowsOf reads the rows; those with a cell that cannot be read are marked, and their cells named.
func (s *Service) rowsOf(name string, file io.ReadSeeker) (rows []fileRow, bad []Bad, err error) {
	var at map[string]int
	err = sheets.Read(name, file, func(row sheets.Row) error {
		if at == nil {
			var err error
			at, err = headOf(row.Cells)
			return err
		}
		if len(rows) == fileRunsMax {
			return fault.New(fault.TooLarge, "usage.rows", "most", fileRunsMax)
		}
		r := fileRow{sheet: row.Sheet, no: row.No, at: at}
		for _, b := range r.read(row, s.Zone()) {
			r.bad = true
			bad = append(bad, b)
		}
		rows = append(rows, r)
		return nil
	})
	if err == nil && len(rows) == 0 {
		err = fault.New(fault.Invalid, "usage.empty").On("file")
	}
	return rows, bad, err
}

// headOf finds the columns by their heads.
func headOf(cells []string) (map[string]int, error) {
	at := map[string]int{}
	for i, cell := range cells {
		word := strings.ToLower(strings.TrimSpace(cell))
		for _, c := range columns {
			if slices.Contains(c.heads, word) {
				at[c.field] = i
			}
		}
	}
	for _, c := range columns {
		if _, there := at[c.field]; c.needed && !there {
			return nil, fault.New(fault.Invalid, "usage.column", "column", fault.Words{c.heads[len(c.heads)-1], c.heads[0]}).On("file")
		}
	}
	return at, nil
}

func (r *fileRow) read(row sheets.Row, zone *time.Location) (bad []Bad) {
	cell := func(field string) string {
		if i, ok := r.at[field]; ok && i < len(row.Cells) {
			return row.Text(row.Cells[i])
		}
		return ""
	}
	number := func(field string) int {
		text := row.Number(cell(field))
		n, err := strconv.Atoi(text)
		if text != "" && err != nil {
			bad = append(bad, r.wrong(field, fault.New(fault.Invalid, "usage.whole", "text", short(text))))
		}
		return n
	}
	moment := func(field string) time.Time {
		at, err := ParseTime(cell(field), zone)
		if err != nil {
			bad = append(bad, r.wrong(field, fault.Of(err)))
		}
		return at
	}
	r.instrument = cell("instrument")
	r.entry = Entry{LogNo: cell("log_no"), From: moment("from"), To: moment("to"), Minutes: number("minutes"), Account: cell("account"), Samples: number("samples"),
		Project: cell("project"), Direction: directionOf(cell("direction"))}
	return bad
}

// directionOf takes a code or its words; what is neither is left for the check to refuse.
func directionOf(text string) string {
	for code, w := range directions {
		if strings.EqualFold(text, w[0]) || strings.EqualFold(text, w[1]) {
			return code
		}
	}
	return text
}

// ParseTime reads a moment as machines write it: RFC 3339, or without an offset in the zone.
func ParseTime(text string, zone *time.Location) (time.Time, error) {
	text = strings.TrimSpace(text)
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC(), nil
	}
	for _, form := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if at, err := time.ParseInLocation(form, text, zone); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fault.New(fault.Invalid, "usage.moment", "text", short(text))
}

func short(text string) string {
	if r := []rune(text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return text
}
