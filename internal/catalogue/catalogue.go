package catalogue

import (
	"fmt"

	"corridor/internal/access"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/files"
	"corridor/internal/log"
	"corridor/internal/notice"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

const (
	pageMax   = 200 // listings on one page
	pageRows  = 50  // where nothing is asked for
	filesMax  = 60  // of one listing
	reasonMax = 500 // characters
	titleMax  = 200 // characters of a file's title
	versions  = 500 // shown of one listing
	changeMax = 1000
)

// Config joins the room. All but Log, Notices and Kinds are needed.
type Config struct {
	DB       *db.DB
	Access   *access.Service
	Registry *registry.Registry
	Files    *files.Store
	Log      *log.Log        // nil: nothing is made public
	Notices  *notice.Service // nil: nobody is told
	Regions  *unit.Regions
	Days     *unit.Days
	Kinds    *kinds.Set // nil: those that the program carries
}

// Service is the room. It is safe for concurrent use.
type Service struct {
	c         Config
	kinds     *kinds.Set
	calendars Calendars // nil: nothing is booked
}

// New checks the kinds; it connects to nothing.
func New(c Config) (*Service, error) {
	if c.DB == nil || c.Access == nil || c.Registry == nil || c.Regions == nil || c.Days == nil {
		return nil, fmt.Errorf("catalogue: a database, access, the registry, regions and days are needed")
	}
	if c.Kinds == nil {
		var err error
		if c.Kinds, err = kinds.Load(kinds.Files); err != nil {
			return nil, fmt.Errorf("catalogue: %w", err)
		}
	}
	return &Service{c: c, kinds: c.Kinds}, nil
}

// Kinds are the kinds of this node.
func (s *Service) Kinds() *kinds.Set { return s.kinds }

// today is the day of an act.
func (s *Service) today(tx *db.Tx) unit.Day { return unit.DayOf(tx.Now(), s.c.Days.Location()) }
