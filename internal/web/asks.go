package web

import (
	"fmt"
	"strings"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// askedView is an ask of a case as its page shows it: a table of who is asked, and the form of each seat that this person
// can answer for now.
type askedView struct {
	casework.Asked
	Verdict bool // seats give one
	Scored  bool
	Rows    []seatView
	Forms   []answerForm
	Strikes []strikeForm
	In      unit.ID // the case
}

type seatView struct {
	casework.Seat
	Who     string
	Verdict fault.Words
	Class   string // of the verdict
	Score   string
	Lines   []answerLine
}

// answerLine is one thing that a seat answered.
type answerLine struct {
	Words fault.Words
	Value string
	Files []fileView
}

// answerForm is the form in which one seat answers.
type answerForm struct {
	Case          unit.ID
	Ask, Seat, ID string
	Who           string
	Instead       bool
	Verdicts      []verdictChoice
	Problem       string // with the verdict
	Fields        []fieldView
	Reason        string
	Key           string
}

type verdictChoice struct {
	Value   string
	Words   fault.Words
	Checked bool
}

// answered is an answer that was refused, as it was typed.
type answered struct {
	ask, seat, reason string
	form              *form
}

// asksIn adds the asks of a case to its page.
func (v *visit) asksIn(p *casePage, s *scheme.Scheme, was *answered) error {
	if len(p.Case.Asks) == 0 {
		return nil
	}
	files, err := v.filesOf(p.Case.ID)
	if err != nil {
		return err
	}
	for _, a := range p.Case.Asks {
		decl, _ := s.Asks.Get(a.Ask)
		x := askedView{Asked: a, Verdict: len(decl.Verdict) > 0, Scored: decl.Scored != "", In: p.Case.ID}
		for _, seat := range a.Seats {
			x.Rows = append(x.Rows, v.seatView(s, a, decl, seat, files))
			if seat.Mine || seat.Instead {
				x.Forms = append(x.Forms, v.answerForm(p.Case.ID, s, a, seat, files, was))
			}
			if len(seat.Strike) > 0 {
				x.Strikes = append(x.Strikes, v.strikeForm(p.Case.ID, a, seat))
			}
		}
		p.Asked = append(p.Asked, x)
	}
	return nil
}

func (v *visit) seatView(s *scheme.Scheme, a casework.Asked, decl scheme.Ask, seat casework.Seat, files caseFiles) seatView {
	x := seatView{Seat: seat, Who: v.seatName(seat)}
	if seat.Answer == nil {
		return x
	}
	given := seat.Answer.Given
	if verdict := seat.Answer.Verdict(); verdict != "" {
		x.Verdict, x.Class = s.SayVerdict(verdict), map[string]string{"passed": "ok", "failed": "stop"}[verdict]
	}
	if sc := s.AskScore(scheme.Ask{Scored: decl.Scored}, []map[string]scheme.Value{given}); sc.Known() {
		x.Score = sc.String()
	}
	for _, f := range a.Fields {
		val := given[f.Name]
		if f.Name == "verdict" || !val.Known() {
			continue
		}
		x.Lines = append(x.Lines, answerLine{f.Words, v.shown(s, val), files.named(val)})
	}
	return x
}

// seatName is what a seat is called; one whose name is not told is called by its number.
func (v *visit) seatName(seat casework.Seat) string {
	if name := seat.Name.In(v.lang); name != "" {
		return name
	}
	return fmt.Sprintf(v.t("第 %d 位", "No. %d"), seat.No)
}

func (v *visit) answerForm(c unit.ID, s *scheme.Scheme, a casework.Asked, seat casework.Seat, files caseFiles, was *answered) answerForm {
	out := answerForm{Case: c, Ask: a.Ask, Seat: seat.ID, ID: fmt.Sprintf("a-%s-%d", a.Ask, seat.No), Who: v.seatName(seat), Instead: seat.Instead}
	in := v.blank(out.ID)
	in.path = "a."
	if was != nil && was.ask == a.Ask && was.seat == seat.ID {
		in, out.Reason = was.form.on(out.ID), was.reason
	}
	for _, f := range a.Fields {
		if f.Name == "verdict" && f.Type == "choice" {
			out.Problem = in.Bad("verdict")
			for _, c := range f.Of {
				out.Verdicts = append(out.Verdicts, verdictChoice{c, s.SayVerdict(c), in.Value("verdict") == c})
			}
			continue
		}
		out.Fields = append(out.Fields, v.fieldView(s, f, in, files))
	}
	return out
}

// answerAsk takes the answer of a seat.
func (v *visit) answerAsk() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	v.back = "/cases/" + string(id)
	c, err := v.s.c.Cases.Get(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	in := casework.Answer{Ask: v.r.PathValue("ask"), Seat: f.Get("seat"), Reason: f.Get("reason"), Key: f.Get("key"), Fields: map[string]string{}}
	part := f.part("a.", "a")
	for _, a := range c.Asks {
		for _, field := range a.Fields {
			switch {
			case a.Ask != in.Ask:
			case takesFiles(field):
				v.bring(id, field, part)
				in.Fields[field.Name] = strings.Join(kept(part, field.Name), "\n")
			default:
				in.Fields[field.Name] = part.text(field.Name)
			}
		}
	}
	if err = part.err(); err == nil {
		_, err = v.s.c.Cases.Answer(v.ctx(), v.who, id, in)
	}
	if err != nil {
		for _, a := range c.Asks {
			for _, seat := range a.Seats {
				if a.Ask == in.Ask && seat.ID == in.Seat {
					part.on(fmt.Sprintf("a-%s-%d", a.Ask, seat.No))
				}
			}
		}
		if !v.refusedForm(part, err) {
			return err
		}
		return v.showCase(id, typed{answer: &answered{ask: in.Ask, seat: in.Seat, reason: in.Reason, form: part}})
	}
	return v.to(v.back+"#ask-"+in.Ask, "seat_answered")
}

// veiledField is a field that something stands in and this person may not read.
type veiledField struct {
	Name  string
	Words fault.Words
	Why   string
}

// veiledFields are the fields of a case that this person may not read, in the order of the form.
func veiledFields(c casework.Case, s *scheme.Scheme) (out []veiledField) {
	for _, sec := range s.Form.Sections {
		for _, f := range sec.Fields {
			if why := c.Veiled[f.Name]; why != "" {
				out = append(out, veiledField{f.Name, f.Words, why})
			}
		}
	}
	return out
}

// seatsWait are the asks of a case of which seats have to answer, as what waits: the first due time of each.
func seatsWait(c casework.Case, s *scheme.Scheme) (out []casework.Wait) {
	for _, a := range c.Asks {
		w := casework.Wait{Role: a.Ask, Words: a.Words, Action: a.Ask, ActionWords: a.Words}
		for name, r := range s.Roles.All() {
			if r.Seat == a.Ask {
				w.Role, w.Words = name, s.Say(name)
			}
		}
		waits := false
		for _, x := range a.Seats {
			if !x.Waiting {
				continue
			}
			waits = true
			if !x.Due.IsZero() && (w.Due.IsZero() || x.Due.Before(w.Due)) {
				w.Due, w.Provisional, w.Late = x.Due, x.Provisional, x.Late
			}
		}
		if waits {
			out = append(out, w)
		}
	}
	return out
}
