package agreement

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

//go:embed supervision.yaml
var supervisionFile []byte

// supervision is who is reminded, urged and supervised, and when; see supervision.yaml.
type supervision struct {
	Basis    string
	Verified bool
	Before   []int
	Mile     nearAndLate `yaml:"milestones"`
	Verify   nearAndLate
	Steps    []Step
	Desk     string
	Head     string
	Office   string
}

// nearAndLate is when somebody is reminded, in working days before a day and after it.
type nearAndLate struct{ Before, Late []int }

// Step is one stage of supervision: 催办, 督办 and what comes before and after.
type Step struct {
	ID, ZH, EN string
	Late       int    // begins when a task is late by so many working days
	To         string // lead, head or office
	Answer     int    // working days in which an answer is due
}

// Words is what people call it.
func (s Step) Words() fault.Words { return fault.Words{s.ZH, s.EN} }

func readSupervision() (s supervision, err error) {
	if err = yaml.UnmarshalWithOptions(supervisionFile, &s, yaml.Strict()); err != nil {
		return s, fmt.Errorf("supervision.yaml: %w", err)
	}
	return s, nil
}

// Steps are the stages of supervision in their order.
func (r *Register) Steps() []Step { return r.rules.Steps }

func (r *Register) step(id string) (Step, bool) {
	for _, s := range r.rules.Steps {
		if s.ID == id {
			return s, true
		}
	}
	return Step{}, false
}

// Supervision is one time that somebody was urged, and what they answered.
type Supervision struct {
	ID       unit.ID
	Task     unit.ID
	Step     string
	Reason   string
	By       string // person; "" is the clock
	At       time.Time
	AnswerBy unit.Day
	Answer   string
	Answered time.Time
}

// Supervise urges who leads a task, or raises it, by hand: before the clock does or with a reason of one's own.
func (r *Register) Supervise(ctx context.Context, who access.Actor, id unit.ID, step, reason string) error {
	reason = strings.TrimSpace(reason)
	s, ok := r.step(step)
	if !ok {
		return fault.New(fault.Invalid, "agreement.step_unknown").On("step")
	}
	if reason == "" || len([]rune(reason)) > reportMax {
		return fault.New(fault.Invalid, "agreement.supervise_reason", "most", reportMax).On("reason")
	}
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		t, err := r.task(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if err := access.May(who, access.TaskSupervise, access.Scope{Region: t.Lead.Region()}); err != nil {
			return err
		}
		if t.State == StateDone || t.State == StateEnded {
			return fault.New(fault.Conflict, "agreement.already_done")
		}
		if err := r.supervise(ctx, tx, who, t, s, reason); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "task.supervise", "task/"+string(id), step)
	})
}

// supervise writes a step and tells whom it reaches.
func (r *Register) supervise(ctx context.Context, tx *db.Tx, who access.Actor, t Task, s Step, reason string) error {
	until, _ := r.calendar().AddWorkdays(r.today(tx), s.Answer)
	if err := insertSupervision(ctx, tx, Supervision{ID: unit.NewID(tx.Now()), Task: t.ID, Step: s.ID, Reason: reason, By: string(who.Person), At: tx.Now(), AnswerBy: until}); err != nil {
		return err
	}
	return r.tell(ctx, tx, who, r.reaches(s, t.Lead), "task."+s.ID, t,
		fault.Words{s.ZH + "：" + short(t.Title), s.EN + ": " + short(t.Title)},
		fault.Words{reason + " 请在 " + until.String() + " 前答复。", reason + " Answer by " + until.String() + "."})
}

// reaches is whom a step reaches.
func (r *Register) reaches(s Step, lead Party) notice.Audience {
	switch s.To {
	case "office":
		return notice.Audience{Role: r.rules.Office}
	case "head":
		return r.audience(lead, r.rules.Head)
	}
	return r.audience(lead, r.rules.Desk)
}

// Answer answers a step of supervision, once, by one who speaks for the lead or a partner.
func (r *Register) Answer(ctx context.Context, who access.Actor, id, supervision unit.ID, text string) error {
	text = strings.TrimSpace(text)
	if text == "" || len([]rune(text)) > reportMax {
		return fault.New(fault.Invalid, "agreement.answer_empty", "most", reportMax).On("answer")
	}
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		if _, err := r.forUpdate(ctx, tx, who, id, 0); err != nil {
			return err
		}
		n, err := answerSupervision(ctx, tx, id, supervision, text, string(who.Person))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "agreement.answer_given")
		}
		return r.record(ctx, tx, who, "task.answer", "task/"+string(id), string(supervision))
	})
}

// Supervisions lists the steps that were taken on a task, the newest first.
func (r *Register) Supervisions(ctx context.Context, who access.Actor, id unit.ID) (all []Supervision, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := r.task(ctx, tx, who, id); err != nil {
			return err
		}
		all, err = selectSupervisions(ctx, tx, id)
		return err
	})
	return all, err
}
