package web

import (
	"bytes"
	"context"

	"corridor/internal/access"
	"corridor/internal/catalogue/intake"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// importNowBytes is how large a file is at most that its bringer waits for; a larger one is worked on while they do something else.
const importNowBytes = 64 << 10

// intakes is the room that takes files in; a node without it has no such pages.
func (s *Server) intakes() (*intake.Service, error) {
	if s.c.Intake == nil {
		return nil, fault.New(fault.NotFound, "web.no_page")
	}
	return s.c.Intake, nil
}

// bringFile keeps the file that a form sent, has a small one taken in at once, and answers with the address where it stands.
func (v *visit) bringFile(f *form, what, org string, asks intake.Asks) (string, error) {
	s, err := v.s.intakes()
	if err != nil {
		return "", err
	}
	name, content, err := f.given("file")
	if err != nil {
		return "", err
	}
	bring := s.Bring
	if len(content) <= importNowBytes {
		bring = s.BringNow
	}
	w, err := bring(v.ctx(), v.who, what, org, asks, name, bytes.NewReader(content))
	if err != nil {
		return "", err
	}
	return "/imports/" + string(w.ID), nil
}

type importView struct {
	intake.Work
	What    fault.Words
	Kind    string
	Percent int
	Chip    string
}

func (v *visit) importView(w intake.Work) importView {
	x := importView{Work: w, What: importWords[w.What], Chip: importChips[w.State]}
	if k, known := v.s.c.Catalogue.Kinds().Of(w.Asks.Kind); known && w.What == "listings" {
		x.Kind = k.Words().In(v.lang)
	}
	if w.Total > 0 {
		x.Percent = w.Rows * 100 / w.Total
	}
	return x
}

var (
	importWords = map[string]fault.Words{"listings": {"共享资源", "listings"}, "runs": {"机器运行日志", "machine log"}}
	importChips = map[intake.State]string{intake.Waiting: "none", intake.Checking: "hand", intake.Writing: "hand", intake.Done: "ok", intake.Refused: "stop", intake.Failed: "stop", intake.Cut: "warn", intake.Stopped: "none"}
)

type importsPage struct {
	Works  []importView
	Pager  pager
	Export exportView
}

// imports are the files that this person brought.
func (v *visit) imports() error {
	s, err := v.s.intakes()
	if err != nil {
		return err
	}
	if v.wantsFile() {
		return v.importsFile(s)
	}
	all, total, err := s.List(v.ctx(), v.who, v.pageNo())
	if err != nil {
		return err
	}
	p := importsPage{Pager: v.pager(total, pageRows), Export: v.exports()}
	for _, w := range all {
		p.Works = append(p.Works, v.importView(w))
	}
	return v.show("imports", v.t("导入的文件", "Files taken in"), p)
}

// importsFile is the list of this person's files, whole.
func (v *visit) importsFile(s *intake.Service) error {
	out := &sheet{Name: "imports", Head: []string{v.t("文件", "File"), v.t("交来", "Brought"), v.t("内容", "What it holds"), v.t("类别", "Kind"), v.t("只检查", "Check only"), v.t("状态", "State"), v.t("已办行数", "Rows done"), v.t("总行数", "Rows")}}
	return v.sendPages(out, func(n int) (rows [][]any, total int, err error) {
		all, total, err := s.List(v.ctx(), v.who, n)
		for _, w := range all {
			x, dry := v.importView(w), ""
			if w.Asks.Dry {
				dry = v.t("是", "yes")
			}
			rows = append(rows, []any{w.Name, iso(w.Made), x.What.In(v.lang), x.Kind, dry, w.State.Words().In(v.lang), w.Rows, w.Total})
		}
		return rows, total, err
	})
}

type importOnePage struct {
	importView
	Org    string
	Listed bool // listings may be looked at
	Export exportView
}

// importOne is how far a file is and what came of it; the page asks again by itself while something happens.
func (v *visit) importOne() error {
	s, err := v.s.intakes()
	if err != nil {
		return err
	}
	id, err := v.pathID()
	if err != nil {
		return err
	}
	w, err := s.Get(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	p := importOnePage{importView: v.importView(w), Export: v.exports()}
	if v.wantsFile() {
		return v.badCellsFile(w)
	}
	if w.Org != "" {
		names, err := v.owners([]string{w.Org})
		if err != nil {
			return err
		}
		p.Org = orCode(names, w.Org)
	}
	if w.State.Going() {
		v.w.Header().Set("Refresh", "3")
	}
	v.under("/imports", "导入的文件", "Files taken in")
	return v.show("importone", w.Name, p)
}

// badCellsFile is the cells that could not be taken, for who mends the file.
func (v *visit) badCellsFile(w intake.Work) error {
	out := &sheet{Name: "bad-cells", Head: []string{v.t("位置", "Place"), v.t("列名", "Column"), v.t("内容", "Text"), v.t("为什么", "Why")}}
	if w.Report != nil {
		for _, b := range w.Report.Bad {
			if err := out.put(b.Place, b.Header, b.Text, b.Why.In(v.lang)); err != nil {
				return err
			}
		}
	}
	return v.send(out)
}

func (v *visit) stopImport() error  { return v.changeImport((*intake.Service).Stop) }
func (v *visit) againImport() error { return v.changeImport((*intake.Service).Again) }

func (v *visit) changeImport(change func(*intake.Service, context.Context, access.Actor, unit.ID) error) error {
	s, err := v.s.intakes()
	if err != nil {
		return err
	}
	id, err := v.pathID()
	if err != nil {
		return err
	}
	v.back = "/imports/" + string(id)
	if err := change(s, v.ctx(), v.who, id); err != nil {
		if !v.refused(err, nil) {
			return err
		}
		return v.importOne()
	}
	return v.to(v.back, "acted")
}

// importDone answers a form that brought a file: to its page, or the form again with what is wrong.
func (v *visit) importDone(f *form, at string, err error, again func() error) error {
	if err == nil {
		return v.to(at, "import_brought")
	}
	if !v.refusedForm(f, err) {
		return err
	}
	return again()
}
