package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/unit"
)

const (
	nameMax  = 200 // characters of a file's name
	pageRows = 50
	badMax   = 1000 // cells that a report names
	waitsMax = 20   // files of one person that wait
)

// State is how far a work is.
type State string

// The states.
const (
	Waiting  State = "waiting"
	Checking State = "checking"
	Writing  State = "writing"
	Done     State = "done"
	Refused  State = "refused" // the file, or a row of it: nothing was written
	Failed   State = "failed"  // a mistake of the node
	Cut      State = "cut"     // the program ended while rows were written
	Stopped  State = "stopped" // by a person
)

var stateWords = map[State]fault.Words{Waiting: {"排队中", "waiting"}, Checking: {"检查中", "being checked"}, Writing: {"写入中", "being written"}, Done: {"已完成", "done"},
	Refused: {"未收", "refused"}, Failed: {"出错", "failed"}, Cut: {"中断", "cut off"}, Stopped: {"已停止", "stopped"}}

// Words are what people call the state.
func (s State) Words() fault.Words { return stateWords[s] }

// Going says whether something still happens.
func (s State) Going() bool { return s == Waiting || s == Checking || s == Writing }

// Asks is what is to be done with a file.
type Asks struct {
	Kind    string `json:"kind,omitempty"` // of listings
	Partial bool   `json:"partial,omitempty"`
	Publish bool   `json:"publish,omitempty"`
	Dry     bool   `json:"dry,omitempty"` // check only
}

// Work is a file that is taken in.
type Work struct {
	ID     unit.ID
	What   string // which Taker
	Org    string // for which organisation; "" where the rows say it
	Asks   Asks
	Name   string
	Digest files.Digest
	State  State
	Rows   int // done so far, of Total; in the present part of the work
	Total  int // 0 while it is not known
	// Problem is why it was not taken, "" where it was.
	Problem            fault.Words
	Report             *Report // nil until it ended
	Person             unit.ID
	strong             bool
	Made, Began, Ended time.Time
}

// Report is what came of a file.
type Report struct {
	Rows    int      `json:"rows"`
	Good    int      `json:"good"`
	New     int      `json:"new"`
	Changed int      `json:"changed"`
	Same    int      `json:"same"` // nothing new
	BadRows int      `json:"bad_rows"`
	Written int      `json:"written"`
	Unknown []string `json:"unknown,omitempty"` // columns that were left aside
	Bad     []Bad    `json:"bad,omitempty"`     // at most badMax
}

// Bad is a cell that could not be taken.
type Bad struct {
	Place  string      `json:"place"` // Sheet1!B12
	Header string      `json:"header,omitempty"`
	Text   string      `json:"text,omitempty"`
	Why    fault.Words `json:"why"`
}

// Why is a refusal in both languages, to be kept.
func Why(err error) fault.Words {
	f := fault.Of(err)
	return fault.Words{f.Sentence(fault.ZH), f.Sentence(fault.EN)}
}

// Taker takes the rows of one sort of file in. May is asked when a file is brought and again when it is worked on. Take calls
// progress after each part, and ends soon after ctx does; it answers with the report also where it refuses.
type Taker interface {
	May(who access.Actor, org string, asks Asks) error
	Take(ctx context.Context, who access.Actor, w Work, file io.ReadSeeker, progress func(writing bool, done, total int)) (Report, error)
}

// Config joins the room; all is needed.
type Config struct {
	DB     *db.DB
	Access *access.Service
	Files  *files.Store
	Takers map[string]Taker
}

// Service is the room. It is safe for concurrent use.
type Service struct {
	c     Config
	wakes db.Bell
}

// New makes the room; it connects to nothing.
func New(c Config) (*Service, error) {
	if c.DB == nil || c.Access == nil || c.Files == nil || len(c.Takers) == 0 {
		return nil, fmt.Errorf("intake: a database, access, files and takers are needed")
	}
	return &Service{c: c, wakes: db.NewBell()}, nil
}

// Bring keeps a file and asks for it to be taken in.
func (s *Service) Bring(ctx context.Context, who access.Actor, what, org string, asks Asks, name string, file io.Reader) (Work, error) {
	w, err := s.keep(ctx, who, what, org, asks, name, file, Waiting)
	if err == nil {
		s.wakes.Ring()
	}
	return w, err
}

// BringNow keeps a file and takes it in before it returns: for one so small that its bringer waits. It goes on where the bringer
// hangs up meanwhile.
func (s *Service) BringNow(ctx context.Context, who access.Actor, what, org string, asks Asks, name string, file io.Reader) (Work, error) {
	w, err := s.keep(ctx, who, what, org, asks, name, file, Checking)
	if err != nil {
		return w, err
	}
	ctx = context.WithoutCancel(ctx)
	rep, err := s.take(ctx, who, w)
	return w, s.end(ctx, w, rep, err)
}

func (s *Service) keep(ctx context.Context, who access.Actor, what, org string, asks Asks, name string, file io.Reader, state State) (w Work, err error) {
	t, known := s.c.Takers[what]
	if !known {
		return w, fault.New(fault.NotFound, "intake.unknown")
	}
	if err := t.May(who, org, asks); err != nil {
		return w, err
	}
	if name = strings.TrimSpace(name); name == "" || len([]rune(name)) > nameMax {
		return w, fault.New(fault.Invalid, "intake.name", "most", nameMax).On("file")
	}
	put, err := s.c.Files.Put(ctx, name, file)
	if err != nil {
		return w, fault.Of(err).On("file")
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		if n, err := countWaiting(ctx, tx, who.Person); err != nil || n >= waitsMax {
			if err == nil {
				err = fault.New(fault.TooMany, "intake.many", "most", waitsMax)
			}
			return err
		}
		w = Work{ID: unit.NewID(tx.Now()), What: what, Org: org, Asks: asks, Name: name, Digest: put.Digest, State: state, Person: who.Person, strong: who.Strong, Made: tx.Now()}
		if err := insertWork(ctx, tx, w); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "intake.bring", Object: "intake/" + string(w.ID), Detail: what + " " + string(w.Digest)})
	})
	return w, err
}

// Get is a work, for who brought it; to others there is none.
func (s *Service) Get(ctx context.Context, who access.Actor, id unit.ID) (w Work, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error { w, err = s.own(ctx, tx, who, id); return err })
	return w, err
}

func (s *Service) own(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Work, error) {
	w, err := selectWork(ctx, tx, id)
	if err == nil && (who.Person == "" || w.Person != who.Person) {
		return Work{}, fault.New(fault.NotFound, "intake.unknown")
	}
	return w, err
}

// List is one page of what somebody brought, the newest first, without reports, and how many there are.
func (s *Service) List(ctx context.Context, who access.Actor, page int) (all []Work, total int, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, total, err = selectWorks(ctx, tx, who.Person, pageRows, (max(page, 1)-1)*pageRows)
		return err
	})
	return all, total, err
}

// Stop ends a work that goes on; what was written stays.
func (s *Service) Stop(ctx context.Context, who access.Actor, id unit.ID) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		w, err := s.own(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if !w.State.Going() {
			return fault.New(fault.Conflict, "intake.over")
		}
		if err := endWork(ctx, tx, w, Stopped, fault.Words{}, nil); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "intake.stop", Object: "intake/" + string(id)})
	})
}

// Again asks for a work that was cut off, stopped or failed to be done once more.
func (s *Service) Again(ctx context.Context, who access.Actor, id unit.ID) error {
	err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
		w, err := s.own(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if w.State != Cut && w.State != Stopped && w.State != Failed {
			return fault.New(fault.Conflict, "intake.over")
		}
		if err := s.c.Takers[w.What].May(who, w.Org, w.Asks); err != nil {
			return err
		}
		if err := againWork(ctx, tx, id); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "intake.again", Object: "intake/" + string(id)})
	})
	if err == nil {
		s.wakes.Ring()
	}
	return err
}

func texts(w fault.Words) (string, error) {
	if w == (fault.Words{}) {
		return "", nil
	}
	b, err := json.Marshal(w)
	return string(b), err
}
