package registry

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

// Org is what is stated of an organisation.
type Org struct {
	Code       string // unified social credit code, or "local:…" for a team that is not incorporated
	Name       fault.Words
	Kind       string // one of Kinds
	Region     unit.Region
	Industry   unit.Industry
	Founded    unit.Day
	Controller string // code of the actual controller as of the day asked; "" is itself, UnknownHolder is not known
	Home       string // region code of the node that answers for it; "" is this one
	Synthetic  bool   // made up
	Since      unit.Day
	Source     string    // who vouches; "" is the register of Home
	Entered    time.Time // when it was stated
}

// HomeSource is who vouches for an organisation unless somebody else is named.
func (o Org) HomeSource() string { return "registry:" + o.Home }

// Put enters an organisation or states what has changed of it, in the caller's act. What is stated holds from o.Since
// on, without one from today; the first statement of an organisation without a day holds for the time before too. A
// controller that is named is stated from the same day; "" leaves it as it was. Nothing new is no change.
func (r *Registry) Put(ctx context.Context, tx *db.Tx, who access.Actor, o Org) error {
	if err := r.check(&o); err != nil {
		return err
	}
	old, err := selectOrg(ctx, tx, o.Code)
	known := err == nil
	if err != nil && !db.NoRows(err) {
		return fmt.Errorf("organisation %s: %w", o.Code, err)
	}
	mandate, err := mayPut(who, o, old, known)
	if err != nil {
		return err
	}
	changed, err := r.state(ctx, tx, o, old, known)
	if err != nil {
		return fmt.Errorf("organisation %s: %w", o.Code, err)
	}
	if changed {
		e := access.Entry{Act: "registry.put", Object: "org/" + o.Code, Region: o.Region, Mandate: mandate, Detail: o.Since.String()}
		if err := r.c.Access.Record(ctx, tx, who, e); err != nil {
			return err
		}
	}
	if o.Controller == "" {
		return nil
	}
	return r.putController(ctx, tx, who, o)
}

// putController states a controller that came with its organisation, when it is another than before.
func (r *Registry) putController(ctx context.Context, tx *db.Tx, who access.Actor, o Org) error {
	today := r.Today(tx)
	now, stated, err := r.controllerOn(ctx, tx, o.Code, today)
	if err != nil || stated && now.Holder == o.Controller || !stated && o.Controller == o.Code {
		return err
	}
	since := o.Since
	if !since.Valid() {
		since = today
	}
	source := o.Source
	if source == "" {
		source = o.HomeSource()
	}
	return r.PutRelation(ctx, tx, who, Relation{Org: o.Code, Holder: o.Controller, Kind: Controls, Since: since, Source: source})
}

// mayPut asks for the permission over the region where the organisation lies and where it goes to. An organisation
// itself may change its English name and nothing else.
func mayPut(who access.Actor, o, old Org, known bool) (string, error) {
	if !known {
		return mayEdit(who, o.Region)
	}
	mandate, itself, err := mayDeclare(who, old.Region, o.Code)
	if err != nil {
		return "", err
	}
	if itself {
		own := old
		own.Name[1], own.Since, own.Source, own.Entered = o.Name[1], o.Since, o.Source, o.Entered
		if own != o {
			return "", fault.New(fault.Denied, "registry.officer_only")
		}
		return mandate, nil
	}
	if o.Region != old.Region {
		_, err = mayEdit(who, o.Region)
	}
	return mandate, err
}

// state enters a statement and says whether it is one: what is said already is none.
func (r *Registry) state(ctx context.Context, tx *db.Tx, o, old Org, known bool) (bool, error) {
	today := r.Today(tx)
	if o.Since > today {
		return false, fault.New(fault.Invalid, "registry.future", "day", o.Since).On("since")
	}
	o.Entered = tx.Now()
	if !known {
		return true, r.insert(ctx, tx, []Org{o})
	}
	if same(o, old) && (!o.Since.Valid() || o.Since >= old.Since) {
		return false, nil
	}
	if !o.Since.Valid() {
		o.Since = today
	}
	if o.Since < old.Since { // about the time before the newest statement
		return true, insertPast(ctx, tx, o)
	}
	if err := insertPast(ctx, tx, old); err != nil {
		return false, err
	}
	if err := updateOrg(ctx, tx, o); err != nil {
		return false, err
	}
	return true, r.reindex(ctx, tx, o.Code)
}

// same says whether two statements say the same, whoever says it and from whenever on.
func same(a, b Org) bool {
	a.Since, a.Source, a.Entered, a.Controller = b.Since, b.Source, b.Entered, b.Controller
	return a == b
}

// check refuses what cannot be an organisation, naming the field, and completes what was left out.
func (r *Registry) check(o *Org) error {
	code, err := CheckCode(o.Code)
	if err != nil {
		return err
	}
	o.Code = code
	for i := range o.Name {
		o.Name[i] = strings.TrimSpace(o.Name[i])
	}
	if o.Name[1] == "" {
		o.Name[1] = o.Name[0]
	}
	for i, field := range []string{"name", "name_en"} {
		if n := len([]rune(o.Name[i])); n > nameMax || plain(o.Name[i]) == "" || strings.ContainsAny(o.Name[i], "|\n\r\t") {
			return fault.New(fault.Invalid, "registry.name", "most", nameMax).On(field)
		}
	}
	if !slices.Contains(Kinds, o.Kind) {
		return fault.New(fault.Invalid, "registry.kind", "kind", o.Kind).On("kind")
	}
	if err := r.c.Regions.Check(o.Region); err != nil {
		return fault.Of(err).On("region")
	}
	if o.Industry != "" {
		if o.Industry, err = unit.ParseIndustry(string(o.Industry)); err != nil {
			return fault.Of(err).On("industry")
		}
	}
	if o.Home == "" {
		o.Home = r.c.Self
	}
	if o.Home == "" {
		o.Home = string(r.c.Regions.Province(o.Region))
	}
	if err := checkText("source", o.Source, false); err != nil {
		return err
	}
	if o.Source == "" {
		o.Source = o.HomeSource()
	}
	return nil
}

// Org finds an organisation by its code, or by a code that older records carry, as it stands today.
func (r *Registry) Org(ctx context.Context, tx *db.Tx, code string) (Org, error) {
	return r.OrgOn(ctx, tx, code, r.Today(tx))
}

// WillAsk says that an organisation will be asked for in this act.
func (r *Registry) WillAsk(ctx context.Context, tx *db.Tx, code string) {
	aheadOrg(ctx, tx, code, r.Today(tx), r.known)
}

// OrgOn finds an organisation as it stood on a day.
func (r *Registry) OrgOn(ctx context.Context, tx *db.Tx, code string, day unit.Day) (Org, error) {
	o, err := r.stateOn(ctx, tx, code, day)
	if err != nil {
		return o, err
	}
	c, stated, err := r.controllerOn(ctx, tx, o.Code, day)
	if stated && c.Holder != o.Code {
		o.Controller = c.Holder
	}
	return o, err
}

// stateOn is OrgOn without the controller.
func (r *Registry) stateOn(ctx context.Context, tx *db.Tx, code string, day unit.Day) (Org, error) {
	was, err := db.Remember(tx, ownTables, orgOn{code, day, r.known}, func() (s stated, err error) {
		s.org, err = r.readState(ctx, tx, code, day)
		if fault.KindOf(err) == fault.NotFound {
			s.none, err = err, nil
		}
		return s, err
	})
	if err == nil {
		err = was.none
	}
	return was.org, err
}

// stated is what is remembered of an organisation, or that there is none.
type stated struct {
	org  Org
	none error
}

// ownTables are all of this room, for what is remembered of them.
const ownTables = "registry_"

// orgOn is the key of what is remembered of an organisation.
type orgOn struct {
	code  string
	day   unit.Day
	known int64
}

func (r *Registry) readState(ctx context.Context, tx *db.Tx, code string, day unit.Day) (Org, error) {
	aheadOrg(ctx, tx, code, day, r.known)
	o, err := selectOrg(ctx, tx, code)
	if db.NoRows(err) {
		if o, err = selectOrgByAlias(ctx, tx, code); db.NoRows(err) {
			return o, fault.New(fault.NotFound, "registry.unknown", "code", code)
		}
	}
	if err != nil {
		return o, fmt.Errorf("organisation %s: %w", code, err)
	}
	if o.Since <= day && db.Micros(o.Entered) <= r.known {
		return o, nil
	}
	past, err := selectPast(ctx, tx, o.Code, day, r.known)
	if db.NoRows(err) {
		return o, fault.New(fault.NotFound, "registry.unknown_then", "code", code, "day", day)
	}
	if err != nil {
		return o, fmt.Errorf("organisation %s on %s: %w", code, day, err)
	}
	return past, nil
}

// States lists what was stated of an organisation, the newest day first, a correction before what it corrects.
func (r *Registry) States(ctx context.Context, tx *db.Tx, code string) ([]Org, error) {
	o, err := selectOrg(ctx, tx, code)
	if db.NoRows(err) {
		return nil, fault.New(fault.NotFound, "registry.unknown", "code", code)
	}
	if err != nil {
		return nil, fmt.Errorf("organisation %s: %w", code, err)
	}
	past, err := selectStates(ctx, tx, code)
	if err != nil {
		return nil, fmt.Errorf("statements of %s: %w", code, err)
	}
	all := slices.DeleteFunc(append([]Org{o}, past...), func(s Org) bool { return db.Micros(s.Entered) > r.known })
	return all, nil
}

// AliasKind says what an alias is.
type AliasKind string

const (
	AliasCode AliasKind = "code" // an organisation code, licence or tax number from before 2015
	AliasName AliasKind = "name" // a former or a short name
)

// PutAlias enters a code or a name that older records carry, in the caller's act. The organisation is found by it.
func (r *Registry) PutAlias(ctx context.Context, tx *db.Tx, who access.Actor, code, alias string, kind AliasKind, source string) error {
	o, mandate, err := r.forEdit(ctx, tx, who, code)
	if err != nil {
		return err
	}
	alias = strings.TrimSpace(alias)
	if kind != AliasCode && kind != AliasName || alias == "" || len([]rune(alias)) > nameMax || strings.ContainsAny(alias, "|\n\r\t") {
		return fault.New(fault.Invalid, "registry.alias").On("alias")
	}
	if err := checkText("source", source, true); err != nil {
		return err
	}
	if err := insertAlias(ctx, tx, o.Code, alias, kind, source); err != nil {
		return fmt.Errorf("alias of %s: %w", o.Code, err)
	}
	if err := r.reindex(ctx, tx, o.Code); err != nil {
		return fmt.Errorf("index %s: %w", o.Code, err)
	}
	return r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.alias", Object: "org/" + o.Code, Region: o.Region, Mandate: mandate, Detail: string(kind)})
}

// forEdit finds an organisation and asks for an officer's permission over its region.
func (r *Registry) forEdit(ctx context.Context, tx *db.Tx, who access.Actor, code string) (Org, string, error) {
	if !who.System() {
		if err := access.MaySomewhere(who, access.RegistryEdit); err != nil {
			return Org{}, "", err
		}
	}
	o, err := r.stateOn(ctx, tx, code, r.Today(tx))
	if err != nil {
		return o, "", err
	}
	mandate, err := mayEdit(who, o.Region)
	return o, mandate, err
}
