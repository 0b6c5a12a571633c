package agreement

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

const (
	importRowsMax  = 2000
	importBytesMax = 20 << 20
	importUnzipMax = 200 << 20
	importBadMax   = 200 // cells that are named
	importHeadRows = 10  // rows in which the names of the columns are looked for
)

// ImportColumns are the columns of a list of tasks in a spreadsheet; the first three are needed.
var ImportColumns = []struct {
	ID    string
	Words fault.Words
	also  []string
}{
	{"title", fault.Words{"任务", "Task"}, []string{"任务名称", "重点任务", "事项", "项目", "工作任务"}},
	{"owner", fault.Words{"牵头", "Lead"}, []string{"牵头单位", "牵头方", "责任单位", "lead party"}},
	{"due", fault.Words{"期限", "Due"}, []string{"完成时限", "完成时间", "时限", "due day"}},
	{"no", fault.Words{"序号", "No."}, []string{"编号", "no", "number"}},
	{"section", fault.Words{"板块", "Section"}, []string{"领域", "类别", "章节"}},
	{"budget", fault.Words{"牵头投入", "Lead gives"}, []string{"牵头方投入", "预算", "投入", "资金", "budget"}},
	{"partners", fault.Words{"配合", "Partners"}, []string{"配合单位", "配合方", "参与单位"}},
	{"indicator", fault.Words{"指标", "Indicator"}, []string{"指标名称"}},
	{"baseline", fault.Words{"基数", "Baseline"}, []string{"基期"}},
	{"target", fault.Words{"目标值", "Target"}, []string{"目标"}},
	{"unit", fault.Words{"单位", "Unit"}, []string{"计量单位"}},
	{"verifier", fault.Words{"核验", "Verifier"}, []string{"核验方", "核验人"}},
	{"level", fault.Words{"层级", "Level"}, nil},
	{"serves", fault.Words{"上级任务", "Serves"}, []string{"对应任务"}},
	{"needs", fault.Words{"前置", "Waits for"}, []string{"前置任务"}},
	{"region", fault.Words{"地点代码", "Region"}, []string{"行政区划代码"}},
}

// Imported says what a spreadsheet holds and what became of it.
type Imported struct {
	Rows    int
	Bad     []BadCell
	Tasks   []Task // as they were, or would be, set up
	Unknown []string
	Written int
}

// BadCell is a cell that cannot be taken, and why.
type BadCell struct {
	Sheet  string
	Row    int
	Column string // its letters
	Header string
	Text   string
	Fault  *fault.Error
}

// importRow is one row of a spreadsheet.
type importRow struct {
	row   int
	cells map[string]string
	task  Task
	needs []int // rows, by index
}

var errDry = errors.New("only looked at")

// Import takes a list of tasks from a spreadsheet into an instrument and one of its lists: all rows, or none when a cell
// is bad. Dry looks and writes nothing. Rows wait for each other by their numbers (序号); a circle is refused.
func (r *Register) Import(ctx context.Context, who access.Actor, agreement, list unit.ID, file []byte, dry bool) (rep Imported, err error) {
	if len(file) > importBytesMax {
		return rep, fault.New(fault.TooLarge, "agreement.import_file").On("file")
	}
	sheet, rows, headers, unknown, err := readTasks(file)
	rep.Unknown = unknown
	if err != nil {
		return rep, err
	}
	rep.Rows = len(rows)
	err = r.c.DB.Act(ctx, func(tx *db.Tx) error {
		rep.Bad, rep.Tasks, rep.Written = nil, nil, 0
		a, err := r.forPlanning(ctx, tx, who, agreement)
		if err != nil {
			return err
		}
		bad := func(row importRow, column string, f *fault.Error) {
			if len(rep.Bad) < importBadMax {
				letter := ""
				if at, there := headers[column]; there {
					letter, _ = excelize.ColumnNumberToName(at + 1) // a column that was read has a name
				}
				rep.Bad = append(rep.Bad, BadCell{Sheet: sheet, Row: row.row, Column: letter, Header: column, Text: row.cells[column], Fault: f})
			}
		}
		if err := r.checkRows(ctx, tx, a, rows, bad); err != nil {
			return err
		}
		for _, row := range rows {
			rep.Tasks = append(rep.Tasks, row.task)
		}
		if len(rep.Bad) > 0 || dry {
			return errDry
		}
		sections := make([]string, len(rows))
		for i := range rows {
			sections[i] = rows[i].cells["section"]
		}
		planned, err := r.plan(ctx, tx, who, agreement, rep.Tasks, importRowsMax)
		if err != nil {
			return err
		}
		for i, t := range planned {
			for _, n := range rows[i].needs {
				if err := r.need(ctx, tx, t.ID, planned[n].ID); err != nil {
					return err
				}
			}
			if list != "" {
				if err := r.enlist(ctx, tx, who, list, sections[i], []unit.ID{t.ID}); err != nil {
					return err
				}
			}
		}
		rep.Tasks, rep.Written = planned, len(planned)
		return nil
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return rep, err
}

// checkRows makes a task of each row and names each bad cell.
func (r *Register) checkRows(ctx context.Context, tx *db.Tx, a Agreement, rows []importRow, bad func(importRow, string, *fault.Error)) error {
	known := map[string]Party{}
	byNo := map[string]int{}
	for i, row := range rows {
		if no := row.cells["no"]; no != "" {
			byNo[no] = i
		}
	}
	for i := range rows {
		row := &rows[i]
		t, err := r.taskOf(ctx, tx, *row)
		if err == nil {
			t.Lamps = a.Lamps
			err = r.prepare(ctx, tx, a, &t, known, "row")
		}
		if err != nil {
			f := fault.Of(err)
			if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
				return err
			}
			column := f.Field[strings.LastIndexByte(f.Field, '.')+1:]
			bad(*row, column, f)
			continue
		}
		row.task = t
		for _, no := range splitAny(row.cells["needs"]) {
			n, ok := byNo[no]
			if !ok || n == i {
				bad(*row, "needs", fault.New(fault.Invalid, "agreement.import_unknown", "code", no))
				continue
			}
			row.needs = append(row.needs, n)
		}
	}
	return circles(rows, bad)
}

// circles finds rows that wait for each other.
func circles(rows []importRow, bad func(importRow, string, *fault.Error)) error {
	for i := range rows {
		for _, n := range rows[i].needs {
			way, err := path(n, i, func(at int) ([]int, error) { return rows[at].needs, nil })
			if err != nil {
				return err
			}
			if way == nil || slices.Min(way) != i { // each circle once, at its first row
				continue
			}
			var nos []string
			for _, at := range append([]int{i}, way...) {
				nos = append(nos, rows[at].cells["no"])
			}
			bad(rows[i], "needs", fault.New(fault.Conflict, "agreement.circle", "circle", strings.Join(nos[:min(len(nos), needShownMax+1)], " → ")))
			break
		}
	}
	return nil
}

// taskOf reads a row.
func (r *Register) taskOf(ctx context.Context, tx *db.Tx, row importRow) (t Task, err error) {
	c := row.cells
	t = Task{Title: c["title"], Lead: ParseParty(c["owner"]), Level: levelIn(c["level"]), Region: unit.Region(c["region"]),
		Measure: Measure{Indicator: c["indicator"], Baseline: c["baseline"], Target: c["target"], Unit: c["unit"]}}
	if t.Due, err = dayIn(c["due"]); err != nil {
		return t, fault.Of(err).On("row.due")
	}
	if t.Lead.Budget, err = ParseBudget(c["budget"], t.Lead.Key()); err != nil {
		return t, fault.Of(err).On("row.budget")
	}
	for _, name := range splitAny(c["partners"]) {
		p, err := ParsePartner(name)
		if err != nil {
			return t, fault.Of(err).On("row.partners")
		}
		t.Partners = append(t.Partners, p)
	}
	switch v := c["verifier"]; v {
	case "":
	case "办公室", "office", "Office":
		t.Verifier.Kind = ByOffice
	default:
		t.Verifier.Party = ParseParty(v)
		t.Verifier.Kind = ByParty
		if name, third := strings.CutPrefix(v, "第三方："); third {
			t.Verifier = Verifier{Kind: ByThird, Party: ParseParty(name)}
		}
	}
	if code := c["serves"]; code != "" {
		if t.Serves, err = taskByCode(ctx, tx, code); err == nil && t.Serves == "" {
			err = fault.New(fault.Invalid, "agreement.import_unknown", "code", code).On("row.serves")
		}
	}
	return t, err
}

func levelIn(s string) string {
	if w, ok := map[string]string{"国家": "national", "区域": "region", "省": "province", "省市": "province", "市": "city", "城市": "city", "区县": "district"}[s]; ok {
		return w
	}
	return s
}

// dayIn reads a day as people write it in lists: a day, a month (its last day) or a year (its last day).
func dayIn(s string) (unit.Day, error) {
	s = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(s), "前"), "底")
	if d, err := unit.ParseDay(s); err == nil {
		return d, nil
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil && n > 30_000 && n < 80_000 {
		at, err := excelize.ExcelDateToTime(n, false)
		return unit.DayOf(at, at.Location()), err
	}
	if d := dueIn(s, 0); d.Valid() && strings.Contains(s, "年") {
		return d, nil
	}
	if len(s) == 7 && monthForm.MatchString(s) {
		return dueIn(s[:4]+"年"+strings.TrimPrefix(s[5:], "0")+"月", 0), nil
	}
	return unit.ParseDay(s)
}

func splitAny(s string) (all []string) {
	for _, p := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、，,；;\n", r) }) {
		if p = strings.TrimSpace(p); p != "" {
			all = append(all, p)
		}
	}
	return all
}

// readTasks reads the first sheet whose head names the needed columns. headers is the column of each name, from 0.
func readTasks(file []byte) (sheet string, rows []importRow, headers map[string]int, unknown []string, err error) {
	x, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{UnzipSizeLimit: importUnzipMax, RawCellValue: true})
	if err != nil {
		return "", nil, nil, nil, fault.New(fault.Invalid, "agreement.import_file").On("file").Because(err)
	}
	defer x.Close()
	for _, name := range x.GetSheetList() {
		lines, err := x.Rows(name)
		if err != nil {
			return name, nil, nil, nil, fault.New(fault.Invalid, "agreement.import_file").On("file").Because(err)
		}
		n := 0
		for lines.Next() {
			n++
			cells, err := lines.Columns()
			if err != nil {
				return name, nil, nil, nil, fault.New(fault.Invalid, "agreement.import_file").On("file").Because(err)
			}
			if headers == nil {
				if headers, unknown = headOf(cells); headers == nil && n >= importHeadRows {
					break
				}
				continue
			}
			row := importRow{row: n, cells: map[string]string{}}
			filled := false
			for id, at := range headers {
				if at < len(cells) {
					row.cells[id] = strings.TrimSpace(cells[at])
					filled = filled || row.cells[id] != "" && id != "no"
				}
			}
			if !filled {
				continue
			}
			if rows = append(rows, row); len(rows) > importRowsMax {
				return name, nil, nil, nil, fault.New(fault.TooLarge, "agreement.import_rows", "most", importRowsMax).On("file")
			}
		}
		if err := errors.Join(lines.Error(), lines.Close()); err != nil {
			return name, nil, nil, nil, fault.New(fault.Invalid, "agreement.import_file").On("file").Because(err)
		}
		if headers != nil {
			if len(rows) == 0 {
				return name, nil, nil, nil, fault.New(fault.Invalid, "agreement.import_empty").On("file")
			}
			return name, rows, headers, unknown, nil
		}
	}
	var needed []string
	for _, c := range ImportColumns[:3] {
		needed = append(needed, c.Words[0])
	}
	return "", nil, nil, nil, fault.New(fault.Invalid, "agreement.import_columns", "columns", strings.Join(needed, "、")).On("file")
}

// headOf finds the columns in a row of names; nil unless all that are needed stand there.
func headOf(cells []string) (headers map[string]int, unknown []string) {
	headers = map[string]int{}
	for i, cell := range cells {
		name := strings.ToLower(strings.TrimSpace(cell))
		if name == "" {
			continue
		}
		found := false
		for _, c := range ImportColumns {
			_, taken := headers[c.ID]
			if !taken && (name == c.ID || name == c.Words[0] || name == strings.ToLower(c.Words[1]) || slices.Contains(c.also, name)) {
				headers[c.ID], found = i, true
				break
			}
		}
		if !found {
			unknown = append(unknown, cell)
		}
	}
	for _, c := range ImportColumns[:3] {
		if _, there := headers[c.ID]; !there {
			return nil, nil
		}
	}
	return headers, unknown
}

// Template is an empty spreadsheet with the columns of a list.
func Template(lang fault.Lang) ([]byte, error) {
	head := make([]string, len(ImportColumns))
	for i, c := range ImportColumns {
		head[i] = c.Words.In(lang)
	}
	b, err := (&sheets.Table{Head: head}).Bytes(sheets.XLSX)
	if err != nil {
		return nil, fmt.Errorf("write the template: %w", err)
	}
	return b, nil
}
