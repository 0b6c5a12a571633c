package agreement

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/log"
	"corridor/internal/notice"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// Config joins the register to its database, its journal and its calendar.
type Config struct {
	DB       *db.DB
	Access   *access.Service
	Calendar unit.Calendar
	Days     func() unit.Calendar // the calendar of the moment, where it may be replaced; nil: Calendar
	Zone     *time.Location       // nil: Beijing
	Registry *registry.Registry   // nil: nobody is known by code, and parties keep their names
	Regions  *unit.Regions        // needed with Registry
	Notices  *notice.Service      // nil: nobody is told
	Log      *log.Log             // nil: nothing is made public
	Letters  Letters              // nil: other nodes are not written to
	Node     string               // code of this node
}

// Register keeps agreements, plans, lists and tasks. It is safe for concurrent use.
type Register struct {
	c      Config
	lamps  lamps
	rules  supervision
	vague  []vagueWord
	frames []Frame
}

// New reads the data of the room: lamps, steps of supervision, vague words, goal frames.
func New(c Config) (r *Register, err error) {
	if c.Zone == nil {
		c.Zone = unit.Beijing()
	}
	if c.Registry != nil && c.Regions == nil {
		return nil, fmt.Errorf("agreement: regions are needed with a registry")
	}
	r = &Register{c: c}
	if r.lamps, err = readLamps(); err != nil {
		return nil, err
	}
	if r.rules, err = readSupervision(); err != nil {
		return nil, err
	}
	if r.vague, err = readVague(); err != nil {
		return nil, err
	}
	r.frames, err = readFrames()
	return r, err
}

// calendar is the one of today's knowledge.
func (r *Register) calendar() unit.Calendar {
	if r.c.Days != nil {
		return r.c.Days()
	}
	return r.c.Calendar
}

// today is the day of an act.
func (r *Register) today(tx *db.Tx) unit.Day { return unit.DayOf(tx.Now(), r.c.Zone) }

// record writes the journal of an act of this room.
func (r *Register) record(ctx context.Context, tx *db.Tx, who access.Actor, act, object, detail string) error {
	return r.c.Access.Record(ctx, tx, who, access.Entry{Act: act, Object: object, Detail: detail})
}
