package web

import (
	"fmt"

	"corridor/internal/agreement"
	"corridor/internal/fault"
	"corridor/internal/sheets"
	"corridor/internal/unit"
	"corridor/internal/web/docx"
)

const (
	docxType  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	sheetRows = 2000 // tasks in one file
)

// sheetOf is a table on its way into a file.
type sheetOf struct {
	Name string
	Head []string
	Rows [][]string
}

// bytes writes the table as a spreadsheet.
func (t sheetOf) bytes(f sheets.Format) ([]byte, error) {
	out := sheets.Table{Title: t.Name, Head: t.Head}
	for _, row := range t.Rows {
		out.Put(sheets.Texts(row)...)
	}
	return out.Bytes(f)
}

// docx writes a table as a document with a title.
func (t sheetOf) docx() ([]byte, error) {
	var d docx.Document
	d.Title(t.Name)
	d.Table(t.Head, t.Rows)
	return d.Bytes()
}

// downloadTable sends a table in the form that the address asks for.
func (v *visit) downloadTable(file string, t sheetOf) error {
	var b []byte
	var err error
	kind, end := csvType, ".csv"
	switch v.r.URL.Query().Get("format") {
	case "xlsx":
		kind, end = xlsxType, ".xlsx"
		b, err = t.bytes(sheets.XLSX)
	case "docx":
		kind, end = docxType, ".docx"
		b, err = t.docx()
	default:
		b, err = t.bytes(sheets.CSV)
	}
	if err != nil {
		return err
	}
	return v.download(file+end, kind, b)
}

// taskHead and taskCells are a task as a row of a file.
func (v *visit) taskHead() []string {
	return []string{v.t("编号", "No."), v.t("任务", "Task"), v.t("牵头", "Lead"), v.t("期限", "Due"), v.t("原定期限", "First due day"), v.t("状态", "State"),
		v.t("逾期工作日", "Working days late"), v.t("指标", "Indicator"), v.t("基数", "Baseline"), v.t("目标值", "Target"), v.t("现值", "Reached"), v.t("单位", "Unit"),
		v.t("核验", "Verified by"), v.t("出自", "Under"), v.t("待协调", "To be coordinated")}
}

func (v *visit) taskCells(t agreement.Task) []string {
	l := lamp(t.Lamp)
	state := l.Words.In(v.lang)
	if t.Lamp.Provisional {
		state += v.t("（日历未公布，暂估）", " (calendar not announced, provisional)")
	}
	late := ""
	if t.Lamp.LateDays > 0 {
		late = fmt.Sprint(t.Lamp.LateDays)
	}
	return []string{t.Code, t.Title, t.Owner, t.Due.String(), t.Original.String(), state, late, t.Measure.Indicator, t.Measure.Baseline, t.Measure.Target,
		t.Measure.Reached, t.Measure.Unit, v.verifierName(t.Verifier), t.Of, t.Problem}
}

func (v *visit) verifierName(w agreement.Verifier) string {
	if w.Kind == agreement.ByOffice {
		return v.t("办公室", "the office")
	}
	return w.Party.Name
}

// exportTasks is what the page shows, all pages of it, as a file.
func (v *visit) exportTasks() error {
	q := taskQuery(v.r.URL.Query())
	q.Rows = sheetRows
	tasks, total, err := v.s.c.Agreements.Find(v.ctx(), v.who, q)
	if err != nil {
		return err
	}
	if total > sheetRows {
		return fault.New(fault.TooLarge, "web.export_rows", "most", sheetRows)
	}
	shares, err := v.s.c.Agreements.Shares(v.ctx(), v.who, q)
	if err != nil {
		return err
	}
	t := sheetOf{Name: v.t("任务清单", "Tasks"), Head: append(v.taskHead(), v.moneyHead()...)}
	for _, x := range tasks {
		t.Rows = append(t.Rows, append(v.taskCells(x), moneyCells(shares[x.ID])...))
	}
	return v.downloadTable("tasks", t)
}

// quarterly is the sheet of a quarter for publication, or the report for the desk: DOCX or XLSX. The sheet holds public
// tasks alone, whoever asks; the report adds problems and who holds what is late.
func (v *visit) quarterly() error {
	typed := v.r.URL.Query()
	q := taskQuery(typed)
	q.Rows, q.Sort = sheetRows, agreement.ByDue
	who := v.who
	report := typed.Get("kind") == "report"
	if !report {
		who.Grants = nil // what is published is what everyone may know
	}
	r := v.s.c.Agreements
	tasks, total, err := r.Find(v.ctx(), who, q)
	if err != nil {
		return err
	}
	if total > sheetRows {
		return fault.New(fault.TooLarge, "web.export_rows", "most", sheetRows)
	}
	today := unit.DayOf(v.now(), beijing)
	name := quarterOf(today)
	title := v.t(name+" 任务进展公示表", "Progress of tasks, "+name)
	if report {
		title = v.t(name+" 任务督查报告", "Report on tasks, "+name)
	}
	t := sheetOf{Name: title, Head: v.taskHead()[:12]}
	for _, x := range tasks {
		t.Rows = append(t.Rows, v.taskCells(x)[:12])
	}
	if typed.Get("format") == "xlsx" {
		if report {
			shares, err := r.Shares(v.ctx(), who, q)
			if err != nil {
				return err
			}
			t.Head, t.Rows = append(v.taskHead(), v.moneyHead()...), nil
			for _, x := range tasks {
				t.Rows = append(t.Rows, append(v.taskCells(x), moneyCells(shares[x.ID])...))
			}
		}
		b, err := t.bytes(sheets.XLSX)
		if err != nil {
			return err
		}
		return v.download(name+".xlsx", xlsxType, b)
	}
	var d docx.Document
	d.Title(title)
	sum, err := r.Sum(v.ctx(), who, q)
	if err != nil {
		return err
	}
	d.Text(v.t("数据截至 ", "As of ") + today.String() + v.t("；灯色由期限与工作日算出。", "; colours follow from due days and working days."))
	d.Heading(1, v.t("一、总体情况", "1. Overall"))
	var head, cells []string
	for _, c := range countsOf(sum.Counts, "/tasks") {
		head, cells = append(head, c.Words.In(v.lang)), append(cells, fmt.Sprint(c.N))
	}
	d.Table(head, [][]string{cells})
	d.Heading(1, v.t("二、按牵头方", "2. By lead"))
	var rows [][]string
	for _, l := range sum.Leads {
		c := l.Counts
		rows = append(rows, []string{l.Lead.Name, fmt.Sprint(c.Total()), fmt.Sprint(c[agreement.Green]), fmt.Sprint(c[agreement.Amber]), fmt.Sprint(c[agreement.Red]), fmt.Sprint(c[agreement.Done])})
	}
	d.Table([]string{v.t("牵头", "Lead"), v.t("任务", "Tasks"), v.t("按期", "On time"), v.t("黄", "Amber"), v.t("红", "Red"), v.t("办结", "Done")}, rows)
	if report {
		given, err := v.budgets(q)
		if err != nil {
			return err
		}
		if len(given.Gives) > 0 {
			d.Text(v.t("各方投入合计 ", "All parties give ") + given.Sum.String() + v.t(" 元。", " yuan."))
			d.Table(v.budgetRows(given))
		}
		if err := v.reportLate(&d, q); err != nil {
			return err
		}
	}
	d.Heading(1, v.t("附：任务明细", "Annex: the tasks"))
	short := func(all []string) []string { return []string{all[0], all[1], all[2], all[3], all[4], all[5]} }
	rows = nil
	for _, x := range tasks {
		rows = append(rows, short(v.taskCells(x)))
	}
	d.Table(short(v.taskHead()), rows)
	b, err := d.Bytes()
	if err != nil {
		return err
	}
	return v.download(name+".docx", docxType, b)
}

// reportLate adds what is late, who holds it, and what has to be coordinated.
func (v *visit) reportLate(d *docx.Document, q agreement.Query) error {
	held, _, err := v.s.c.Agreements.Late(v.ctx(), v.who, q)
	if err != nil {
		return err
	}
	d.Heading(1, v.t("三、逾期任务在谁手里", "3. What is late, and who holds it"))
	for _, h := range held {
		name := h.Holder.Name
		if h.Office {
			name = v.t("办公室", "the office")
		}
		d.Heading(2, fmt.Sprintf("%s（%d）", name, len(h.Tasks)+len(h.Blocks)))
		for _, t := range h.Tasks {
			d.Item(fmt.Sprintf("%s %s %s %s", t.Code, t.Title, v.t("期限", "due"), t.Due))
		}
		for _, b := range h.Blocks {
			d.Item(fmt.Sprintf("%s %s — %s %s", b.Task.Code, b.Task.Title, v.t("等待", "waits for"), b.Waits.Code))
		}
	}
	q.Problem, q.Light = true, ""
	problems, _, err := v.s.c.Agreements.Find(v.ctx(), v.who, q)
	if err != nil {
		return err
	}
	d.Heading(1, v.t("四、需协调的问题", "4. To be coordinated"))
	for _, t := range problems {
		d.Item(t.Code + " " + t.Title + v.t("：", ": ") + t.Problem)
	}
	return nil
}

// quarterOf is the quarter of a day: 2026Q1.
func quarterOf(d unit.Day) string {
	y, m, _ := d.Date()
	return fmt.Sprintf("%dQ%d", y, (int(m)+2)/3)
}
