package registry

import (
	"context"
	"fmt"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	pageRows   = 50
	nameMax    = 200
	yearsMax   = 50
	sharesMax  = 500 // relations of one organisation
	depthMax   = 6   // links of a chain of control
	visitsMax  = 2000
	labelsMax  = 200
	queryMax   = 100
	localStart = "local:" // begins the id of what is not incorporated
)

// Org is an organisation as it stands today.
type Org struct {
	Code       string // unified social credit code, or "local:…" for a team that is not incorporated
	Name       fault.Words
	Kind       string // firm, lab, university, authority, team, bank
	Region     unit.Region
	Industry   unit.Industry
	Founded    unit.Day
	Controller string // code of the actual controller; "" is itself
	Home       string // region code of the node that answers for it
	Synthetic  bool   // made up for demonstration
}

// Kinds of organisations.
var Kinds = []string{"firm", "lab", "university", "authority", "team", "bank", "other"}

// Config joins the room to the rooms below it.
type Config struct {
	DB       *db.DB
	Access   *access.Service
	Regions  *unit.Regions
	Calendar unit.Calendar
}

// Registry keeps one node's organisations. It is safe for concurrent use.
type Registry struct{ c Config }

// New makes the registry; it connects to nothing.
func New(c Config) (*Registry, error) {
	if c.DB == nil || c.Access == nil || c.Regions == nil {
		return nil, fmt.Errorf("registry: a database, access and regions are needed")
	}
	return &Registry{c}, nil
}

// Put enters an organisation or changes what stands of it, in the caller's act.
func (r *Registry) Put(ctx context.Context, tx *db.Tx, who access.Actor, o Org) error {
	if err := access.MaySomewhere(who, access.RegistryEdit); err != nil {
		return err
	}
	if err := r.check(&o); err != nil {
		return err
	}
	if err := putOrg(ctx, tx, o); err != nil {
		return fmt.Errorf("organisation %s: %w", o.Code, err)
	}
	return r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.put", Object: "org/" + o.Code, Region: o.Region})
}

// check refuses what cannot be an organisation, naming the field.
func (r *Registry) check(o *Org) error {
	if rest, local := strings.CutPrefix(o.Code, localStart); local {
		if rest == "" || len(o.Code) > queryMax {
			return fault.New(fault.Invalid, "registry.local_id").On("code")
		}
	} else {
		code, err := unit.ParseUSCC(o.Code)
		if err != nil {
			return fault.Of(err).On("code")
		}
		o.Code = string(code)
	}
	for i := range o.Name {
		o.Name[i] = strings.TrimSpace(o.Name[i])
	}
	if o.Name[1] == "" {
		o.Name[1] = o.Name[0]
	}
	if o.Name[0] == "" || len([]rune(o.Name[0])) > nameMax || len([]rune(o.Name[1])) > nameMax {
		return fault.New(fault.Invalid, "registry.name", "most", nameMax).On("name")
	}
	known := false
	for _, k := range Kinds {
		known = known || k == o.Kind
	}
	if !known {
		return fault.New(fault.Invalid, "registry.kind", "kind", o.Kind).On("kind")
	}
	if err := r.c.Regions.Check(o.Region); err != nil {
		return fault.Of(err).On("region")
	}
	if o.Industry != "" {
		if _, err := unit.ParseIndustry(string(o.Industry)); err != nil {
			return fault.Of(err).On("industry")
		}
	}
	return nil
}

// Org finds an organisation by its code.
func (r *Registry) Org(ctx context.Context, tx *db.Tx, code string) (Org, error) {
	o, err := selectOrg(ctx, tx, code)
	if db.NoRows(err) {
		return o, fault.New(fault.NotFound, "registry.unknown", "code", code)
	}
	return o, err
}

// Find lists organisations whose code or a name contains the text, one page counted from 1, and how many there are.
func (r *Registry) Find(ctx context.Context, text string, page int) (all []Org, total int, err error) {
	text = strings.ToLower(strings.TrimSpace(text))
	if len(text) > queryMax {
		return nil, 0, fault.New(fault.Invalid, "registry.query", "most", queryMax).On("q")
	}
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, total, err = findOrgs(ctx, tx, text, (max(page, 1)-1)*pageRows)
		return err
	})
	return all, total, err
}

// YearFacts are the figures of one year, as they were filed.
type YearFacts struct {
	Year     int
	Staff    int64
	Revenue  unit.Fen
	RnDSpend unit.Fen
	Source   string   // who vouches
	Filed    unit.Day // from when they count
}

// PutYear enters the figures of a year, in the caller's act. Figures filed on another day stand beside, and count from
// theirs.
func (r *Registry) PutYear(ctx context.Context, tx *db.Tx, who access.Actor, code string, y YearFacts) error {
	if err := access.MaySomewhere(who, access.RegistryEdit); err != nil {
		return err
	}
	if y.Staff < 0 || y.Source == "" || !y.Filed.Valid() || y.Year < 1900 || y.Year > y.Filed.Year() {
		return fault.New(fault.Invalid, "registry.year").On("year")
	}
	if err := insertYear(ctx, tx, code, y); err != nil {
		return fmt.Errorf("year %d of %s: %w", y.Year, code, err)
	}
	return r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.year", Object: "org/" + code, Detail: fmt.Sprint(y.Year)})
}

// Mark is what a register says of an organisation.
type Mark string

// The marks that rules read.
const (
	Operating     Mark = "operating"
	TaxNormal     Mark = "tax_normal"
	Untrustworthy Mark = "listed_untrustworthy"
)

// PutMark enters what a register says from a day on, in the caller's act; a removal (credit repair) is the same mark
// with is false from its day.
func (r *Registry) PutMark(ctx context.Context, tx *db.Tx, who access.Actor, code string, m Mark, is bool, since unit.Day, source string) error {
	if err := access.MaySomewhere(who, access.RegistryEdit); err != nil {
		return err
	}
	if m != Operating && m != TaxNormal && m != Untrustworthy || !since.Valid() || source == "" {
		return fault.New(fault.Invalid, "registry.mark", "mark", string(m)).On("mark")
	}
	if err := insertMark(ctx, tx, code, m, is, since, source); err != nil {
		return fmt.Errorf("mark %s of %s: %w", m, code, err)
	}
	return r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.mark", Object: "org/" + code, Detail: fmt.Sprintf("%s %t", m, is)})
}
