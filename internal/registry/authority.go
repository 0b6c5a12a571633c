package registry

import (
	"context"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Authority is a government, or an office of one: whose rules, desks and treasury they are.
type Authority struct {
	ID       string // 310000, or 310000.science for an office
	Name     fault.Words
	Parent   string // id of the one above, "" for none here
	Region   unit.Region
	Org      string // its credit code, "" where it was not entered
	Treasury string // first part of its accounts in the books, "" where it has none
	Hosted   bool   // this node answers for it
	Since    unit.Day
	Until    unit.Day // last day
	Source   string
	Verified bool
}

// Office says whether it is an office of a government.
func (a Authority) Office() bool { return strings.Contains(a.ID, ".") }

// On says whether it was there on a day. One without a first day always was.
func (a Authority) On(d unit.Day) bool { return a.Since <= d && (!a.Until.Valid() || a.Until >= d) }

var (
	authorityID = regexp.MustCompile(`^[0-9]{6}(\.[a-z][a-z0-9-]{0,39}){0,3}$`)
	treasury    = regexp.MustCompile(`^[0-9]{6}(/[a-z0-9-]{1,40}){0,3}$`)
)

// authoritiesFile is how authorities are written down.
type authoritiesFile struct {
	Source      string `yaml:"source"`
	Authorities []struct {
		ID       string      `yaml:"id"`
		Parent   string      `yaml:"parent"`
		Region   unit.Region `yaml:"region"`
		ZH       string      `yaml:"zh"`
		EN       string      `yaml:"en"`
		Org      string      `yaml:"org"`
		Treasury string      `yaml:"treasury"`
		Since    unit.Day    `yaml:"since"`
		Until    unit.Day    `yaml:"until"`
		Source   string      `yaml:"source"`
		Verified bool        `yaml:"verified"`
	} `yaml:"authorities"`
}

// LoadAuthorities enters the authorities of a file, one above before those below, in one act. The ones in this node's
// province are hosted here; on a node without a province of its own, all are. It says how many were entered.
func (r *Registry) LoadAuthorities(ctx context.Context, who access.Actor, fsys fs.FS, name string) (n int, err error) {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return 0, err
	}
	var f authoritiesFile
	if err := yaml.UnmarshalWithOptions(b, &f, yaml.Strict()); err != nil {
		return 0, fault.New(fault.Invalid, "registry.authority_file").Because(err)
	}
	err = r.c.DB.Act(ctx, func(tx *db.Tx) error {
		n = 0
		for _, x := range f.Authorities {
			a := Authority{ID: x.ID, Name: fault.Words{x.ZH, x.EN}, Parent: x.Parent, Region: x.Region, Org: x.Org, Treasury: x.Treasury,
				Since: x.Since, Until: x.Until, Source: x.Source, Verified: x.Verified}
			if a.Source == "" {
				a.Source = f.Source
			}
			a.Hosted = r.c.Self == "" || a.Region.In(unit.Region(r.c.Self))
			changed, err := r.putAuthority(ctx, tx, who, a)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", name, x.ID, err)
			}
			if changed {
				n++
			}
		}
		return nil
	})
	return n, err
}

// PutAuthority enters an authority or an office from its first day on, in the caller's act. The same id from a later
// day is its successor under the same id: another name, another office above it.
func (r *Registry) PutAuthority(ctx context.Context, tx *db.Tx, who access.Actor, a Authority) error {
	_, err := r.putAuthority(ctx, tx, who, a)
	return err
}

func (r *Registry) putAuthority(ctx context.Context, tx *db.Tx, who access.Actor, a Authority) (bool, error) {
	mandate, err := mayEdit(who, a.Region)
	if err != nil {
		return false, err
	}
	bad := func(field string) (bool, error) {
		return false, fault.New(fault.Invalid, "registry.authority", "id", a.ID, "field", field).On(field)
	}
	switch {
	case !authorityID.MatchString(a.ID) || !strings.HasPrefix(a.ID, string(a.Region)):
		return bad("id")
	case a.Name[0] == "" || a.Name[1] == "":
		return bad("zh")
	case a.Treasury != "" && (!treasury.MatchString(a.Treasury) || !strings.HasPrefix(a.Treasury, string(a.Region))):
		return bad("treasury")
	case a.Until.Valid() && a.Until < a.Since:
		return bad("until")
	}
	if err := r.c.Regions.Check(a.Region); err != nil {
		return false, fault.Of(err).On("region")
	}
	if err := checkText("source", a.Source, true); err != nil {
		return false, err
	}
	if a.Parent != "" {
		if _, err := r.Authority(ctx, tx, a.Parent, r.Today(tx)); err != nil {
			return bad("parent")
		}
	}
	if old, err := r.Authority(ctx, tx, a.ID, max(a.Since, 1)); err == nil && old == a {
		return false, nil
	}
	if err := upsertAuthority(ctx, tx, a); err != nil {
		return false, fmt.Errorf("authority %s: %w", a.ID, err)
	}
	return true, r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.authority", Object: "authority/" + a.ID, Region: a.Region, Mandate: mandate, Detail: a.Since.String()})
}

// Authority finds an authority or an office as it was on a day.
func (r *Registry) Authority(ctx context.Context, tx *db.Tx, id string, day unit.Day) (Authority, error) {
	a, err := selectAuthority(ctx, tx, id, day)
	if db.NoRows(err) || err == nil && !a.On(day) {
		return a, fault.New(fault.NotFound, "registry.no_authority", "id", id)
	}
	if err != nil {
		return a, fmt.Errorf("authority %s: %w", id, err)
	}
	return a, nil
}

// Authorities lists those in a region, with everything in it by digits, on a day, by id; "" is every region.
func (r *Registry) Authorities(ctx context.Context, tx *db.Tx, region unit.Region, day unit.Day) ([]Authority, error) {
	all, err := selectAuthorities(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("authorities: %w", err)
	}
	var on []Authority
	for i, a := range all { // by id, then by first day
		next := i+1 < len(all) && all[i+1].ID == a.ID && all[i+1].Since <= day
		if !next && a.On(day) && (region == "" || a.Region.In(region)) {
			on = append(on, a)
		}
	}
	return on, nil
}
