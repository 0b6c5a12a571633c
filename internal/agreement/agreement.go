package agreement

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	partiesMax  = 50
	titleMax    = 200  // runes
	aboutMax    = 2000 // runes
	registerMax = 200  // agreements in one list
)

// Agreement is what two or more parties signed, as a published document reported it.
type Agreement struct {
	ID      unit.ID
	Title   string   // what it is called, or its kind where no name was given
	Kind    string   // as the source calls it: 战略合作框架协议
	Parties []string // at least two, as named in the source
	Signed  unit.Day // no day when the source does not say
	About   string
	Source  Source
	By      string    // who accepted it
	At      time.Time // when
	Tasks   []Task    // in the order of their due days; filled by Get
}

// Source is the place where a fact was read: bytes [From, To) of the document with this digest.
type Source struct {
	Document unit.ID // in the reader of this node
	Digest   string  // SHA-256 of the original bytes
	Title    string  // of the document
	From, To int     // bytes, end exclusive
	Quote    string  // the words that stand there
}

// Config joins the register to its database, its journal and its calendar.
type Config struct {
	DB       *db.DB
	Access   *access.Service
	Calendar unit.Calendar
	Zone     *time.Location // nil: Beijing
}

// Register keeps agreements and their tasks. It is safe for concurrent use.
type Register struct {
	c     Config
	lamps lamps
}

// New reads the thresholds of the lamps.
func New(c Config) (*Register, error) {
	if c.Zone == nil {
		c.Zone = unit.Beijing()
	}
	l, err := readLamps()
	if err != nil {
		return nil, fmt.Errorf("lamps.yaml: %w", err)
	}
	return &Register{c: c, lamps: l}, nil
}

// Enter puts an accepted agreement into the register, in the caller's act. The same place of the same document
// is entered once: asked again it answers with the agreement that stands there.
func (r *Register) Enter(ctx context.Context, tx *db.Tx, who access.Actor, a Agreement) (Agreement, error) {
	if err := a.check(); err != nil {
		return a, err
	}
	if id, err := findBySource(ctx, tx, a.Source); err != nil {
		return a, err
	} else if id != "" {
		return r.get(ctx, tx, id)
	}
	a.ID, a.By, a.At = unit.NewID(tx.Now()), who.Name, tx.Now()
	if err := insert(ctx, tx, a); err != nil {
		return a, fmt.Errorf("enter agreement %s: %w", a.ID, err)
	}
	return a, r.c.Access.Record(ctx, tx, who, access.Entry{Act: "agreement.enter", Object: "agreement/" + string(a.ID)})
}

// check refuses what cannot be an agreement, naming the field.
func (a *Agreement) check() error {
	var parties []string
	for _, p := range a.Parties {
		if p = strings.TrimSpace(p); p != "" {
			parties = append(parties, p)
		}
	}
	a.Parties = parties
	a.Title, a.About = strings.TrimSpace(a.Title), strings.TrimSpace(a.About)
	if a.Title == "" {
		a.Title = a.Kind
	}
	switch {
	case len(a.Parties) < 2:
		return fault.New(fault.Invalid, "agreement.parties_missing").On("parties")
	case len(a.Parties) > partiesMax:
		return fault.New(fault.Invalid, "agreement.parties_many", "most", partiesMax).On("parties")
	case a.Title == "":
		return fault.New(fault.Invalid, "agreement.title_missing").On("title")
	case len([]rune(a.Title)) > titleMax || len([]rune(a.About)) > aboutMax:
		return fault.New(fault.Invalid, "agreement.text_long", "title", titleMax, "about", aboutMax).On("title")
	case a.Source.Digest == "" || a.Source.From < 0 || a.Source.To <= a.Source.From:
		return fault.New(fault.Invalid, "agreement.source_missing").On("source")
	}
	return nil
}

// Get returns an agreement with its tasks.
func (r *Register) Get(ctx context.Context, id unit.ID) (a Agreement, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		a, err = r.get(ctx, tx, id)
		return err
	})
	return a, err
}

func (r *Register) get(ctx context.Context, tx *db.Tx, id unit.ID) (Agreement, error) {
	a, err := selectAgreement(ctx, tx, id)
	if err != nil {
		return a, err
	}
	a.Tasks, err = selectTasks(ctx, tx, id)
	if err != nil {
		return a, err
	}
	r.light(a.Tasks, tx.Now())
	return a, nil
}

// List returns the agreements, newest first, at most registerMax.
func (r *Register) List(ctx context.Context) (all []Agreement, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = selectAgreements(ctx, tx)
		return err
	})
	return all, err
}
