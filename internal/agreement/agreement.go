package agreement

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	partiesMax  = 50
	titleMax    = 200    // runes
	aboutMax    = 2000   // runes
	textMax     = 50_000 // runes of an agreement entered by hand
	fieldsMax   = 30
	clausesMax  = 200
	registerMax = 200 // agreements in one list
)

// Form is what kind of instrument carries the promise.
type Form string

const (
	Framework    Form = "framework"    // 战略合作框架协议
	Implementing Form = "implementing" // carries out a framework
	Investment   Form = "investment"   // a project, signed at an event or alone
	Plan         Form = "plan"         // a plan of tasks that its parties adopted
)

// Forms in the order in which they are shown.
var Forms = []Form{Framework, Implementing, Investment, Plan}

// Secrecy says who may read. What is classified by law does not belong into this system and is refused.
type Secrecy string

const (
	Public   Secrecy = "public"
	Internal Secrecy = "internal" // the parties, and who is given agreement.internal
)

// State of an instrument; a project goes on from signed to operating.
type State string

const (
	Proposed  State = "proposed" // not all have signed
	Signed    State = "signed"
	Started   State = "started"   // under construction
	Operating State = "operating" // in use
	Expired   State = "expired"
)

// States are those that a person may set after signing, in their order.
var States = []State{Signed, Started, Operating, Expired}

// Agreement is an instrument: what two or more parties signed, as a published document reported it or as it was entered
// with its own text.
type Agreement struct {
	ID         unit.ID
	Title      string // what it is called, or its kind where no name was given
	Kind       string // as the source calls it: 战略合作框架协议
	Form       Form
	Parties    []string // at least two, as named in the source
	Signers    []Party  // the same, with their codes where the registry knows them
	Signed     unit.Day // no day when the source does not say
	From       unit.Day // validity, both days inclusive; no day where nothing is said
	Until      unit.Day
	Secrecy    Secrecy
	About      string
	Fields     []string
	Clauses    []string
	Contact    string      // an office
	Event      unit.ID     // where it was signed with others
	Investment unit.Fen    // of a project; 0 where nothing is said
	Region     unit.Region // where a project stands
	State      State
	Under      unit.ID // the framework that it carries out
	Lamps      string  // the set of thresholds of its tasks
	Text       string  // its own words, of one entered by hand
	Home       string  // the node that keeps it; "" is this one
	Version    int
	Source     Source
	By         string    // who accepted it
	At         time.Time // when
	Tasks      []Task    // in the order of their due days; filled by Get
	Tags       []Tag
}

// Source is the place where a fact was read: bytes [From, To) of the document with this digest. Of an agreement that
// was entered by hand it is the whole of its own text, and no document.
type Source struct {
	Document unit.ID // in the reader of this node
	Digest   string  // SHA-256 of the original bytes
	Title    string  // of the document
	From, To int     // bytes, end exclusive
	Quote    string  // the words that stand there
}

// Enter puts an accepted agreement into the register, in the caller's act. What the same place of the same document says of
// the same parties is entered once: asked again it answers with the agreement that stands there. A sentence that tells of
// several agreements, of one city with three firms, becomes several.
func (r *Register) Enter(ctx context.Context, tx *db.Tx, who access.Actor, a Agreement) (Agreement, error) {
	if len(a.Signers) == 0 {
		for _, name := range a.Parties {
			if name = strings.TrimSpace(name); name != "" {
				a.Signers = append(a.Signers, Party{Name: name})
			}
		}
	}
	if a.Form == "" {
		a.Form = formOf(a.Kind)
	}
	if err := a.check(); err != nil {
		return a, err
	}
	same, no, err := r.placed(ctx, tx, a)
	if err != nil {
		return a, err
	}
	if same != "" {
		return r.get(ctx, tx, same)
	}
	seen := map[string]bool{}
	a.Parties = a.Parties[:0:0]
	for i := range a.Signers {
		p, err := r.resolve(ctx, tx, a.Signers[i], "parties")
		if err != nil {
			return a, err
		}
		if seen[p.Key()] {
			return a, fault.New(fault.Invalid, "agreement.party_twice", "name", p.Name).On("parties")
		}
		seen[p.Key()] = true
		a.Signers[i] = p
		a.Parties = append(a.Parties, p.Name)
	}
	if a.Under != "" {
		if _, err := selectAgreement(ctx, tx, a.Under); err != nil {
			return a, fault.Of(err).On("under")
		}
	}
	a.ID, a.By, a.At, a.Version = unit.NewID(tx.Now()), who.Name, tx.Now(), 1
	if err := insert(ctx, tx, a, no); err != nil {
		return a, fmt.Errorf("enter agreement %s: %w", a.ID, err)
	}
	if err := r.setTags(ctx, tx, a.ID, a.Tags); err != nil {
		return a, err
	}
	return a, r.record(ctx, tx, who, "agreement.enter", "agreement/"+string(a.ID), string(a.Form))
}

// placed says which agreement of the same parties stands at the place of a, and which number a would have there.
func (r *Register) placed(ctx context.Context, tx *db.Tx, a Agreement) (same unit.ID, no int, err error) {
	there, err := findBySource(ctx, tx, a.Source)
	for _, id := range there {
		if err != nil {
			return "", 0, err
		}
		var signers []Party
		if signers, err = selectSigners(ctx, tx, id); err == nil && sameNames(signers, a.Signers) || a.Text != "" {
			return id, 0, err // a text of its own is one agreement, whoever signs it
		}
	}
	if err == nil && len(there) >= atPlaceMax {
		err = fault.New(fault.TooLarge, "agreement.place_full", "most", atPlaceMax).On("source")
	}
	return "", len(there) + 1, err
}

// sameNames says whether two lists name the same parties, in whatever order.
func sameNames(a, b []Party) bool {
	in := func(p Party, all []Party) bool {
		return slices.ContainsFunc(all, func(o Party) bool { return o.Name == p.Name || o.Code != "" && o.Code == p.Code })
	}
	return len(a) == len(b) && !slices.ContainsFunc(a, func(p Party) bool { return !in(p, b) })
}

// Add enters an agreement, a project or a plan with its own text by hand. The same text is entered once.
func (r *Register) Add(ctx context.Context, who access.Actor, a Agreement) (out Agreement, err error) {
	a.Text = ownText(a.Text)
	if a.Text == "" || len([]rune(a.Text)) > textMax {
		return a, fault.New(fault.Invalid, "agreement.text_missing", "most", textMax).On("text")
	}
	a.Source = Source{Title: strings.TrimSpace(a.Title)}
	a.setText(a.Text)
	err = r.c.DB.Act(ctx, func(tx *db.Tx) error {
		if err := r.mayPlan(who, a.Signers); err != nil {
			return err
		}
		out, err = r.Enter(ctx, tx, who, a)
		return err
	})
	return out, err
}

// quoteMax is how much of a text stands for it in a list.
const quoteMax = 300

func quoted(text string) string {
	q := []rune(text)
	return string(q[:min(len(q), quoteMax)])
}

// formOf reads the form from what the source calls an agreement.
func formOf(kind string) Form {
	switch {
	case strings.Contains(kind, "投资") || strings.Contains(kind, "项目"):
		return Investment
	case strings.Contains(kind, "计划") || strings.Contains(kind, "方案"):
		return Plan
	case strings.Contains(kind, "实施") || strings.Contains(kind, "合同"):
		return Implementing
	}
	return Framework
}

// check refuses what cannot be an agreement, naming the field, and fills in what was left out.
func (a *Agreement) check() error {
	a.Title, a.About, a.Contact = strings.TrimSpace(a.Title), strings.TrimSpace(a.About), strings.TrimSpace(a.Contact)
	if a.Title == "" {
		a.Title = a.Kind
	}
	if a.Secrecy == "" {
		a.Secrecy = Public
	}
	if a.State == "" {
		a.State = Signed
	}
	if a.Lamps == "" {
		a.Lamps = LampSets[0]
	}
	a.Fields, a.Clauses = lines(a.Fields), lines(a.Clauses)
	long := func(s []string) bool {
		return slices.ContainsFunc(s, func(x string) bool { return len([]rune(x)) > aboutMax })
	}
	switch {
	case len(a.Signers) < 2:
		return fault.New(fault.Invalid, "agreement.parties_missing").On("parties")
	case len(a.Signers) > partiesMax:
		return fault.New(fault.Invalid, "agreement.parties_many", "most", partiesMax).On("parties")
	case a.Title == "":
		return fault.New(fault.Invalid, "agreement.title_missing").On("title")
	case len([]rune(a.Title)) > titleMax || len([]rune(a.About)) > aboutMax || len([]rune(a.Contact)) > titleMax:
		return fault.New(fault.Invalid, "agreement.text_long", "title", titleMax, "about", aboutMax).On("title")
	case len(a.Fields) > fieldsMax || len(a.Clauses) > clausesMax || long(a.Fields) || long(a.Clauses):
		return fault.New(fault.Invalid, "agreement.clauses_long", "fields", fieldsMax, "clauses", clausesMax).On("clauses")
	case !slices.Contains(Forms, a.Form):
		return fault.New(fault.Invalid, "agreement.form_unknown").On("form")
	case a.Secrecy != Public && a.Secrecy != Internal:
		return fault.New(fault.Invalid, "agreement.secrecy_barred").On("secrecy")
	case !slices.Contains(LampSets, a.Lamps):
		return fault.New(fault.Invalid, "agreement.lamps_unknown").On("lamps")
	case a.From.Valid() && a.Until.Valid() && a.Until < a.From:
		return fault.New(fault.Invalid, "agreement.validity", "from", a.From, "until", a.Until).On("until")
	case a.Investment < 0:
		return fault.New(fault.Invalid, "agreement.investment").On("investment")
	case a.Source.Digest == "" || a.Source.From < 0 || a.Source.To <= a.Source.From:
		return fault.New(fault.Invalid, "agreement.source_missing").On("source")
	}
	return nil
}

func lines(in []string) (out []string) {
	for _, s := range in {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// mayPlan asks for the permission in the name of one of the parties, or over the whole node.
func (r *Register) mayPlan(who access.Actor, parties []Party) error {
	if who.System() {
		return nil
	}
	err := access.May(who, access.AgreementPlan, access.Scope{})
	for _, p := range parties {
		if _, e := SpeaksFor(who, access.AgreementPlan, p); e == nil {
			return nil
		}
	}
	return err
}

// forPlanning loads an agreement that the actor may set up tasks under.
func (r *Register) forPlanning(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Agreement, error) {
	a, err := r.visible(ctx, tx, who, id)
	if err == nil {
		err = r.mayPlan(who, a.Signers)
	}
	return a, err
}

// sees says whether the actor may know of an instrument that is not public.
func sees(who access.Actor, parties []Party) bool {
	reach := access.ReachOf(who, access.AgreementInternal)
	return who.System() || reach.All || slices.ContainsFunc(parties, func(p Party) bool { return p.Code != "" && reach.Covers(p.scope()) })
}

// visible loads an agreement with its parties; one that the actor may not know of is not found.
func (r *Register) visible(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Agreement, error) {
	a, err := selectAgreement(ctx, tx, id)
	if err == nil {
		a.Signers, err = selectSigners(ctx, tx, id)
	}
	if err == nil && a.Secrecy != Public && !sees(who, a.Signers) {
		return Agreement{}, fault.New(fault.NotFound, "agreement.unknown")
	}
	return a, err
}

// Get returns an agreement with its tasks.
func (r *Register) Get(ctx context.Context, who access.Actor, id unit.ID) (a Agreement, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := r.visible(ctx, tx, who, id); err != nil {
			return err
		}
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
	if a.Signers, err = selectSigners(ctx, tx, id); err != nil {
		return a, err
	}
	if a.Tags, err = selectTags(ctx, tx, id); err != nil {
		return a, err
	}
	if a.Tasks, err = selectTasks(ctx, tx, id); err != nil {
		return a, err
	}
	r.light(a.Tasks, tx.Now())
	return a, nil
}

// Listing says which agreements to list; the zero value is all.
type Listing struct {
	Form  Form
	Text  string
	Party string // key of a party
	Event unit.ID
	Year  int // of signing
	Tag   Tag
	Page  int // from 1
	Rows  int // 0 is 50
}

// List returns one page of the agreements that the actor may know of, newest first, and how many there are.
func (r *Register) List(ctx context.Context, who access.Actor, q Listing) (all []Agreement, total int, err error) {
	if q.Rows < 1 || q.Rows > registerMax {
		q.Rows = 50
	}
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, total, err = selectAgreements(ctx, tx, q, reachText(who))
		return err
	})
	return all, total, err
}

// SetState says how far a project or agreement is. Who saw another state is told, and nothing changes.
func (r *Register) SetState(ctx context.Context, who access.Actor, id unit.ID, version int, to State) error {
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		a, err := r.forPlanning(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if a.Version != version {
			return fault.New(fault.Conflict, "agreement.changed_meanwhile")
		}
		if !slices.Contains(States, to) || to != Expired && slices.Index(States, to) < slices.Index(States, a.State) {
			return fault.New(fault.Invalid, "agreement.state_order", "from", string(a.State), "to", string(to)).On("state")
		}
		if err := updateState(ctx, tx, id, to); err != nil {
			return err
		}
		return r.record(ctx, tx, who, "agreement.state", "agreement/"+string(id), string(a.State)+" -> "+string(to))
	})
}
