package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// MemberOrg is an organisation that stands or stood in a list of the form which actions change.
type MemberOrg struct {
	Field  string
	Org    string
	Name   fault.Words
	Joined unit.Day
	Left   unit.Day // first day on which it was a member no more; no day: it still is
}

// amended is a case as it will be after an action that changes a list of the form.
func amended(sch *scheme.Scheme, c Case, action string) Case {
	a, ok := sch.Amends[action]
	if !ok {
		return c
	}
	leaves := orgsIn(c.field(a.Leaves))
	list := slices.DeleteFunc(orgsIn(c.field(a.List)), func(org string) bool { return slices.Contains(leaves, org) })
	for _, org := range orgsIn(c.field(a.Joins)) {
		if !slices.Contains(list, org) {
			list = append(list, org)
		}
	}
	var all []scheme.Value
	for _, org := range list {
		all = append(all, scheme.OrgValue(org))
	}
	c.Fields = maps.Clone(c.Fields)
	c.Fields[a.List] = scheme.ListValue(all...)
	return c
}

// amendable refuses who is to leave and does not stand in the list, and who is to join and does.
func amendable(c Case, a scheme.Amend) error {
	list := orgsIn(c.field(a.List))
	for _, org := range orgsIn(c.field(a.Leaves)) {
		if !slices.Contains(list, org) {
			return fault.New(fault.Conflict, "casework.no_member", "org", org).On(a.Leaves)
		}
	}
	for _, org := range orgsIn(c.field(a.Joins)) {
		if slices.Contains(list, org) {
			return fault.New(fault.Conflict, "casework.member_there", "org", org).On(a.Joins)
		}
	}
	return nil
}

// orgsIn are the organisations of a list, each once.
func orgsIn(v scheme.Value) (out []string) {
	for _, x := range v.List {
		if !slices.Contains(out, x.Text) {
			out = append(out, x.Text)
		}
	}
	return out
}

// amend changes the list, keeps who stood in it, empties the fields that named who joins and leaves, and takes whoever was invited from an
// organisation that left, and what it could read by having been asked, off the case.
func (s *Service) amend(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c *Case, action string, step int) error {
	a, ok := sch.Amends[action]
	if !ok {
		return nil
	}
	if err := amendable(*c, a); err != nil {
		return err
	}
	after := amended(sch, *c, action)
	day, from := s.today(tx.Now()), s.today(c.Opened)
	if len(c.History) > 0 {
		from = s.today(c.History[0].At)
	}
	if err := beginMembership(ctx, tx, c.ID, a.List, orgsIn(c.field(a.List)), from); err != nil {
		return err
	}
	for _, org := range orgsIn(c.field(a.Leaves)) {
		if err := endMembership(ctx, tx, c.ID, a.List, org, day, step); err != nil {
			return err
		}
		if err := s.putOut(ctx, tx, sch, *c, org); err != nil {
			return err
		}
	}
	for _, org := range orgsIn(c.field(a.Joins)) {
		if err := insertMembership(ctx, tx, c.ID, a.List, org, day, step); err != nil {
			return err
		}
		if err := s.tellMemberOrg(ctx, tx, sch, *c, org, false); err != nil {
			return err
		}
	}
	delete(after.Fields, a.Joins)
	delete(after.Fields, a.Leaves)
	c.Fields = after.Fields
	return nil
}

// putOut takes away what an organisation that left could read of the case, and tells it.
func (s *Service) putOut(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, org string) error {
	for _, m := range c.members {
		if m.Org != org {
			continue
		}
		if err := dropMember(ctx, tx, c.ID, m.Person); err != nil {
			return fmt.Errorf("take off case %s: %w", c.No, err)
		}
		if err := s.tellMember(ctx, tx, sch, c, Member{Person: m.Person, At: tx.Now()}, true); err != nil {
			return err
		}
	}
	if err := dropReader(ctx, tx, c.ID, org); err != nil {
		return err
	}
	return s.tellMemberOrg(ctx, tx, sch, c, org, true)
}

func (s *Service) tellMemberOrg(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, org string, left bool) error {
	if s.c.Notices == nil {
		return nil
	}
	n := notice.Notice{To: notice.Audience{Org: org}, Kind: "case.member_joined", Object: c.Object(), Path: "/cases/" + string(c.ID),
		Title: fault.Words{fmt.Sprintf("贵单位已加入：%s %s", sch.Title[0], c.No), fmt.Sprintf("You have joined: %s %s", sch.Title[1], c.No)},
		Key:   fmt.Sprintf("%s/joined/%s/%d", c.Object(), org, len(c.History))}
	if left {
		n.Kind, n.Path, n.Key = "case.member_left", "", fmt.Sprintf("%s/left/%s/%d", c.Object(), org, len(c.History))
		n.Title = fault.Words{fmt.Sprintf("贵单位已退出：%s %s", sch.Title[0], c.No), fmt.Sprintf("You have left: %s %s", sch.Title[1], c.No)}
	}
	_, err := s.c.Notices.Tell(ctx, tx, n)
	return err
}

// Membership says who stands and stood in the lists of a case that actions change, for whoever may see the case and the list: by list, in
// the order in which they came. A scheme without such a list has none.
func (s *Service) Membership(ctx context.Context, who access.Actor, id unit.ID) (all []MemberOrg, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil || len(sch.Amends) == 0 || len(c.History) == 0 {
			return err
		}
		if all, err = s.membershipOf(ctx, tx, sch, c); err != nil {
			return err
		}
		if c, err = s.shown(ctx, tx, who, c); err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(m MemberOrg) bool { _, veiled := c.Veiled[m.Field]; return veiled })
		for i := range all {
			o, err := s.c.Registry.Org(ctx, tx, all[i].Org)
			if all[i].Name = o.Name; fault.KindOf(err) == fault.NotFound {
				all[i].Name = fault.Words{all[i].Org, all[i].Org}
			} else if err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// membershipOf is what is kept, and of a list that was never changed what stands in the form.
func (s *Service) membershipOf(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) ([]MemberOrg, error) {
	all, err := selectMembership(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	for _, action := range slices.Sorted(maps.Keys(sch.Amends)) {
		list := sch.Amends[action].List
		if slices.ContainsFunc(all, func(m MemberOrg) bool { return m.Field == list }) {
			continue
		}
		for _, org := range orgsIn(c.field(list)) {
			all = append(all, MemberOrg{Field: list, Org: org, Joined: s.today(c.History[0].At)})
		}
	}
	return all, nil
}
