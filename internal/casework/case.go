package casework

import (
	"context"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/ledger"
	corridorlog "corridor/internal/log"
	"corridor/internal/notice"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const (
	pageRows    = 50                 // cases on one page
	stepsMax    = 2000               // steps that are read of one case
	reasonMax   = 2000               // characters
	keyMax      = 100                // bytes of an idempotency key
	fieldMax    = 8000               // bytes of one typed field
	soonDefault = 3 * 24 * time.Hour // see Config.Soon
	itselfMax   = 50                 // rows by itself that one act may set off
	ticksAtOnce = 200                // cases that one Tick fires
)

// Config joins casework to the rooms below it. All but Notices and Files are needed.
type Config struct {
	DB       *db.DB
	Access   *access.Service
	Registry *registry.Registry
	Ledger   *ledger.Ledger
	Log      *corridorlog.Log
	Notices  *notice.Service // nil: nobody is told
	Files    *files.Store    // nil: no case takes a file
	Hours    Hours           // nil: what instruments did for others is not known
	Uses     Uses            // nil: of invoice lines it is not known whether they were used
	Letters  Letters         // nil: no party is in another node
	Self     string          // region code of this node, for Letters
	// Stepped is told, in the act of a step, how a case that pays for another organisation's work stands after it; nil: nobody is.
	Stepped func(ctx context.Context, tx *db.Tx, o Order) error
	Slots   Slots   // nil: no case holds a slot
	Demands Demands // nil: no case is listed among the needs
	// WithBank says which payment of a case was given to the bank and is not answered, if one is; nil: none ever is.
	WithBank func(ctx context.Context, tx *db.Tx, id unit.ID) (p BankPayment, is bool, err error)
	Plans    Plans // nil: no field names a plan of the register
	Regions  *unit.Regions
	Calendar Calendar
	Secret   string   // encrypts what schemes seal; "" lets nothing be sealed
	Former   []string // secrets before it, which still open
	Node     string   // two digits, the beginning of a case's number
	Schemes  []*scheme.Scheme
	// Elsewhere are the schemes that neighbours run: they are judged for a firm's home, and no case of them lives here.
	Elsewhere []*scheme.Scheme
	Soon      time.Duration // how long before it is due people are reminded, and a queue calls it due soon; 0 is three days
	Layers    fs.FS         // shared layers that an edition brought in may extend; nil: only those that it brings or that stand here
}

// Calendar is that of the node's jurisdiction.
type Calendar = scheme.Calendar

// Service runs the cases of one node. It is safe for concurrent use.
type Service struct {
	c        Config
	shelf    *atomic.Pointer[shelf] // the editions that run
	shelving *sync.Mutex            // one change of the shelf at a time
	trials   db.Bell                // a trial was asked for
	pieces   pieces                 // how much is done in one act
	ways     *sync.Map              // the main way of each edition, by digest
}

// New checks that no edition is given twice; it connects to nothing. Open follows, for the editions that were adopted here.
func New(c Config) (*Service, error) {
	if c.Soon == 0 {
		c.Soon = soonDefault
	}
	sh, err := newShelf(c.Schemes)
	if err != nil {
		return nil, err
	}
	s := &Service{c: c, shelf: new(atomic.Pointer[shelf]), shelving: new(sync.Mutex), trials: db.NewBell(), pieces: piecesDefault, ways: &sync.Map{}}
	s.shelf.Store(sh)
	return s, nil
}

// Case is one thing that is asked for, as far as the reader may see it.
type Case struct {
	ID            unit.ID
	No            string // for people, unit.CaseNo: 34-26-0012-9
	Scheme        string
	Edition       string
	EditionDigest string
	Title         fault.Words // of the scheme
	Org           string
	OrgName       fault.Words
	Synthetic     bool // the organisation is made up for demonstration
	Region        unit.Region
	Stage         string
	StageWords    fault.Words
	End           scheme.End // "" while it goes on
	Parent        unit.ID    // the case it lives under; "" if none
	OpenedBy      unit.ID
	Opened        time.Time
	Changed       time.Time
	Version       int64
	Fields        map[string]scheme.Value
	Answers       map[string]bool
	Purse         scheme.Purse
	History       []Step
	Waits         []Wait            // who has to act now, and until when
	Asks          []Asked           // opinions that are asked for, as the reader may see them
	Veiled        map[string]string // fields that the reader may not see, and why: "sight", "sealed"

	Seals []Seal // fields that were sealed

	members []Member                // who was invited to it
	hat     *hat                    // while it is acted on in one act with others: what was looked up for draws
	seated  map[string]scheme.Value // the fields that say who plays a role, while Fields is what the reader may see
}

// field is what stands in a field, for the room itself.
func (c Case) field(name string) scheme.Value {
	if v, kept := c.seated[name]; kept {
		return v
	}
	return c.Fields[name]
}

// Object is how journal, books and log name the case.
func (c Case) Object() string { return "case/" + string(c.ID) }

// Step is one action that happened.
type Step struct {
	No        int
	At        time.Time
	Action    string
	Words     fault.Words
	From, To  string
	ToWords   fault.Words
	Role      string // "" when no person acted
	RoleWords fault.Words
	Person    unit.ID
	By        string // name
	Mandate   string
	Reason    string
	Decision  Decision
	Receipt   unit.ID // of the public leaf; "" if nothing became public

	raw string // the decision as it is kept
	key string // the caller's idempotency key
}

// Decision is what an action was judged by.
type Decision struct {
	Verdict scheme.Result     `json:"verdict"`
	Answers []scheme.Answer   `json:"answers,omitempty"`
	Seen    []scheme.SeenFact `json:"seen,omitempty"`
	Stood   []Stood           `json:"stood,omitempty"`  // of a refusal: what stood in the way of the other actions
	Letter  []scheme.Shown    `json:"letter,omitempty"` // what the letter names, as it was then
	Labels  []Marked          `json:"labels,omitempty"` // what it gave, renewed and took back
}

// Wait is a role that may act in the present stage, with its due time.
type Wait struct {
	Role        string // "clock" for what happens by itself when the time has passed
	Words       fault.Words
	Action      string
	ActionWords fault.Words
	Due         time.Time // the moment after the last moment in time; zero when no clock runs
	Provisional bool      // beyond the published calendar
	Late        bool
}

// FieldErrors are the refusals of several fields of one form, each naming its field.
type FieldErrors = fault.Many

// Schemes returns the editions that this node runs.
func (s *Service) Schemes() []*scheme.Scheme { return s.shelf.Load().all }

// Scheme finds the newest edition of a scheme by its id.
func (s *Service) Scheme(id string) (*scheme.Scheme, error) {
	var found *scheme.Scheme
	for _, sch := range s.Schemes() {
		if sch.ID == id && (found == nil || sch.InForce[0].Int > found.InForce[0].Int) {
			found = sch
		}
	}
	if found == nil {
		return nil, fault.New(fault.NotFound, "casework.scheme_unknown", "scheme", id)
	}
	return found, nil
}

// inForce finds the edition of a scheme on a day, for whoever is in a region: a node answers for a province and for
// cities in it, and of several editions that of the smallest jurisdiction around the region goes first. For a region of
// none of them it is any.
func (s *Service) inForce(id string, of unit.Region, day unit.Day) (*scheme.Scheme, error) {
	if _, err := s.Scheme(id); err != nil {
		return nil, err
	}
	var found *scheme.Scheme
	for _, sch := range s.Schemes() {
		if sch.ID != id || !s.inTime(sch, day) {
			continue
		}
		here := unit.Region(sch.Jurisdiction)
		switch {
		case found == nil:
			found = sch
		case !of.In(here):
		case !of.In(unit.Region(found.Jurisdiction)) || here.In(unit.Region(found.Jurisdiction)):
			found = sch
		}
	}
	if found != nil {
		return found, nil
	}
	return nil, fault.New(fault.Conflict, "casework.not_in_force", "scheme", id, "day", day)
}

// successor finds the edition of the same scheme and jurisdiction on a day; it may be the same one.
func (s *Service) successor(sch *scheme.Scheme, day unit.Day) (*scheme.Scheme, error) {
	for _, x := range s.Schemes() {
		if x.ID == sch.ID && x.Jurisdiction == sch.Jurisdiction && s.inTime(x, day) {
			return x, nil
		}
	}
	return nil, fault.New(fault.Conflict, "casework.not_in_force", "scheme", sch.ID, "day", day)
}

// edition is the one that a case keeps.
func (s *Service) edition(c Case) (*scheme.Scheme, error) {
	sch := s.shelf.Load().byDigest[c.EditionDigest]
	if sch == nil {
		return nil, fault.New(fault.Unavailable, "casework.edition_missing", "scheme", c.Scheme, "edition", c.Edition)
	}
	return sch, nil
}

// today is the day of an act in the zone of the jurisdiction's calendar.
func (s *Service) today(at time.Time) unit.Day { return unit.DayOf(at, s.c.Calendar.Location()) }

// Create opens a case for an organisation, in the first stage of the edition in force. The same key of the same
// person answers with the case that it opened the first time.
func (s *Service) Create(ctx context.Context, who access.Actor, schemeID, org, key string) (c Case, err error) {
	return s.create(ctx, who, schemeID, org, "", key)
}

func (s *Service) create(ctx context.Context, who access.Actor, schemeID, org string, parent unit.ID, key string) (c Case, err error) {
	if err := access.May(who, access.CaseCreate, access.Scope{Org: org}); err != nil {
		return c, err
	}
	if len(key) > keyMax {
		return c, fault.New(fault.Invalid, "casework.key_long", "most", keyMax).On("key")
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		if key != "" {
			id, err := selectStarted(ctx, tx, who.Person, key)
			if err != nil || id != "" {
				c.ID = id
				return err
			}
		}
		if _, err := s.Scheme(schemeID); err != nil {
			return err
		}
		o, err := s.c.Registry.Org(ctx, tx, org)
		if err != nil {
			return err
		}
		sch, err := s.inForce(schemeID, o.Region, s.today(tx.Now()))
		if err != nil {
			return err
		}
		if !s.startsFor(sch, who, org) {
			return fault.New(fault.Denied, "casework.not_your_role", "role", sch.Say(sch.Stages[0].Who[0]))
		}
		if err := s.mayStart(ctx, tx, who, sch, parent); err != nil {
			return err
		}
		c = Case{Org: org, Parent: parent, Stage: sch.Start()}
		if parent != "" {
			home, given, err := s.startedIn(ctx, tx, parent, schemeID)
			if err != nil {
				return err
			}
			if c.Fields = given; home != nil {
				sch = home
			}
		}
		c.Region = s.belongs(sch, o.Region, s.today(tx.Now()))
		return s.begin(ctx, tx, who, sch, &c, key)
	})
	if err != nil {
		return Case{}, err
	}
	return s.Get(ctx, who, c.ID)
}

// belongs is the region that a case belongs to: the organisation's where it lies inside the jurisdiction.
func (s *Service) belongs(sch *scheme.Scheme, of unit.Region, day unit.Day) unit.Region {
	home := unit.Region(sch.Jurisdiction)
	if in, known := s.c.Regions.In(of, home, day); known && in {
		return of
	}
	return home
}

// startsFor says whether the actor plays, for the organisation, a party on a row out of the first stage.
func (s *Service) startsFor(sch *scheme.Scheme, who access.Actor, org string) bool {
	for _, row := range sch.RowsFrom(sch.Start()) {
		for _, name := range row.Who {
			if r, ok := sch.Roles.Get(name); ok && (r.Party == "firm" && actsFor(who, org) || r.Anyone) {
				return true
			}
		}
	}
	return false
}

// Get returns a case with its history and who has to act.
func (s *Service) Get(ctx context.Context, who access.Actor, id unit.ID) (c Case, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return c, err
	}
	read := func(tx *db.Tx) error {
		if c, err = s.seen(ctx, tx, who, id); err == nil {
			c, err = s.shown(ctx, tx, who, c)
		}
		return err
	}
	moves, stale := false, false
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if err := read(tx); err != nil {
			return err
		}
		to, err := s.moves(ctx, tx, who, c)
		if moves = to != nil; err != nil || moves {
			return err
		}
		more, err := s.stale(ctx, tx, who, c)
		stale = len(more) > 0
		return err
	})
	if err != nil || !moves && !stale {
		return c, err
	}
	if moves { // a draft comes over when it is first opened after the change
		err = s.move(ctx, who, id)
	} else {
		err = s.refresh(ctx, who, id)
	}
	if err != nil {
		return c, err
	}
	err = s.c.DB.Read(ctx, read)
	return c, err
}

// seen loads a case whole, and refuses as not found who may not see it.
func (s *Service) seen(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Case, error) {
	tx.Ahead(ctx, sqlDecisions, string(id), stepsMax)
	c, err := s.find(ctx, tx, who, id)
	if err != nil {
		return c, err
	}
	return c, s.fill(ctx, tx, &c)
}

// seenWith is seen with the edition that the case keeps.
func (s *Service) seenWith(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Case, *scheme.Scheme, error) {
	c, err := s.seen(ctx, tx, who, id)
	if err != nil {
		return c, nil, err
	}
	sch, err := s.edition(c)
	return c, sch, err
}

// inHand loads a case as an act needs it: with its steps, but without what only a page shows.
func (s *Service) inHand(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Case, error) {
	tx.Ahead(ctx, sqlSteps, string(id), stepsMax)
	tx.Ahead(ctx, sqlReaders, string(id), readersMax)
	c, err := s.find(ctx, tx, who, id)
	if err != nil {
		return c, err
	}
	if c.History, err = selectSteps(ctx, tx, id); err != nil {
		return c, err
	}
	sch, err := s.edition(c)
	if err != nil {
		return c, err
	}
	err = s.inner(ctx, tx, sch, &c)
	return c, err
}

func (s *Service) find(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Case, error) {
	c, invited, err := selectInvited(ctx, tx, id)
	if err != nil {
		return c, err
	}
	if invited > 0 {
		if c.members, err = selectMembers(ctx, tx, id); err != nil {
			return c, err
		}
	}
	if err := s.mayRead(ctx, tx, who, c); err != nil {
		return Case{}, err
	}
	return c, nil
}

// scope is what access is asked about a case: its own organisation, the organisations its fields name, its place.
func (s *Service) scope(c Case) access.Scope {
	sc := access.Scope{Region: c.Region, Org: c.Org}
	hidden := map[string]bool{}
	if sch, err := s.edition(c); err == nil {
		hidden = unshown(sch, c)
	}
	for name, v := range c.Fields {
		if v.Kind == scheme.Org && !hidden[name] {
			sc.Parties = append(sc.Parties, v.Text)
		}
	}
	return sc
}

// fill adds what is not in the row: words, names, history, who has to act.
func (s *Service) fill(ctx context.Context, tx *db.Tx, c *Case) error {
	sch, err := s.edition(*c)
	if err != nil {
		return err
	}
	if c.History, err = selectDecisions(ctx, tx, c.ID); err != nil {
		return err
	}
	for i := range c.History {
		h := &c.History[i]
		h.Words, h.ToWords, h.RoleWords = sch.Say(h.Action), sch.Say(h.To), sch.Say(h.Role)
	}
	if err := s.inner(ctx, tx, sch, c); err != nil {
		return err
	}
	if err := s.nameSeats(ctx, tx, c.Asks); err != nil {
		return err
	}
	return s.label(ctx, tx, sch, c)
}

// label adds what a line of a list shows.
func (s *Service) label(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c *Case) (err error) {
	if err := s.name(ctx, tx, sch, c); err != nil {
		return err
	}
	c.Waits, err = s.waits(ctx, tx, sch, *c)
	return err
}

// name adds the words and names of a line, without who has to act.
func (s *Service) name(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c *Case) error {
	c.Title, c.StageWords = sch.Title, sch.Say(c.Stage)
	o, err := s.c.Registry.Org(ctx, tx, c.Org)
	if err != nil {
		return fmt.Errorf("organisation of case %s: %w", c.No, err)
	}
	c.OrgName, c.Synthetic = o.Name, o.Synthetic
	return nil
}

// inner adds what stands beside the row and decides what is seen: asks and seals.
func (s *Service) inner(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c *Case) (err error) {
	if c.Asks, err = s.asksOf(ctx, tx, sch, c.ID); err != nil {
		return err
	}
	return s.unseal(ctx, tx, sch, c)
}

// Edition is the edition that a case keeps, for whoever shows it.
func (s *Service) Edition(c Case) (*scheme.Scheme, error) { return s.edition(c) }
