package catalogue_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"corridor/internal/catalogue"
	"corridor/internal/db"
	"corridor/internal/fault"
)

// paid is what owners delivered, as the books of a node would say.
type paid map[string]int

func (p paid) Delivered(ctx context.Context, tx *db.Tx, orgs, ends []string) (map[string]int, error) {
	return p, nil
}

func because(m catalogue.Match) (all []catalogue.Because) {
	for _, r := range m.Reasons {
		all = append(all, r.Because)
	}
	return all
}

// A firm publishes a need by itself; offers that answer it are told with every reason, and the offer finds the need. What its owner
// offers itself, what is of a kind that does not answer, and what is withdrawn is no match. After its last day a need stands open no
// more, until it is given a later one.
func TestANeedMeetsOffersAndExpires(t *testing.T) {
	each(t, func(h house) {
		f, err := catalogue.NewFinder(catalogue.FinderConfig{Catalogue: h.Service, Past: paid{lab: 3}})
		h.ok(err)
		offers := h.offered(lab,
			offer{"technology", map[string]string{"name": "高镍三元低残碱包覆", "function": "水洗与硼包覆，残碱低", "fields": "新能源,材料", "industry_codes": "C38", "price": "900000", "region": "340104"}},
			offer{"technology", map[string]string{"name": "三元前驱体共沉淀", "function": "粒径可控", "fields": "材料", "price": "9000000"}},
			offer{"finance", map[string]string{"name": "三元材料企业贷", "function": "高镍项目贷款", "audience": "新能源"}})
		h.offered(firm, offer{"technology", map[string]string{"name": "高镍三元低残碱包覆（自有）", "function": "残碱低"}})
		k, _ := h.Kinds().Of("demand")
		typed := typedOf(k, map[string]string{"name": "高镍正极残碱控制", "function": "高镍三元材料残碱高，希望包覆", "indicator": "残碱低于3000ppm", "fields": "新能源", "type": "enterprise",
			"industry_code": "C38", "budget": "1000000", "deadline": "2026-06-30", "region": "340104"})
		need, err := h.Add(h.ctx, ofFirm, catalogue.Draft{Kind: "demand", Owner: firm, Typed: typed})
		h.ok(err)
		_, err = f.Matches(h.ctx, nobody, need.ID, catalogue.MatchQuery{})
		h.refused(err, "catalogue.unknown") // a draft is its owner's
		m, err := f.Matches(h.ctx, ofFirm, need.ID, catalogue.MatchQuery{})
		h.ok(err)
		if len(m.All) == 0 {
			t.Fatal("the owner sees what would answer a draft")
		}
		for _, act := range []catalogue.Act{catalogue.Submit, catalogue.Publish} {
			need, err = h.Step(h.ctx, ofFirm, need.ID, need.Version, act, "")
			h.ok(err)
		}
		m, err = f.Matches(h.ctx, nobody, need.ID, catalogue.MatchQuery{})
		h.ok(err)
		if len(m.All) < 2 || m.All[0].Listing.ID != offers[0].ID || !m.Need {
			t.Fatalf("matches: %+v", m.All)
		}
		want := []catalogue.Because{catalogue.SameWords, catalogue.SameIndustry, catalogue.SameFields, catalogue.Delivered, catalogue.SameCity, catalogue.WithinBudget}
		if got := because(m.All[0]); !slices.Equal(got, want) {
			t.Errorf("reasons %v, want %v", got, want)
		}
		if got := m.All[0].Reasons; !slices.Contains(got[0].Said, "残碱") && !slices.ContainsFunc(got[0].Said, func(s string) bool { return len(s) >= len("残碱") }) || got[3].N != 3 {
			t.Errorf("what the reasons say: %+v", got)
		}
		if got := because(m.All[1]); !slices.Contains(got, catalogue.OverBudget) {
			t.Errorf("nothing is said against what asks more than the budget: %v", got)
		}
		for _, x := range m.All {
			if x.Listing.Owner == firm || x.Listing.Kind == "finance" {
				t.Errorf("%s of %s is no answer", x.Listing.Title[0], x.Listing.Owner)
			}
		}
		back, err := f.Matches(h.ctx, nobody, offers[0].ID, catalogue.MatchQuery{})
		h.ok(err)
		if back.Need || len(back.All) != 1 || back.All[0].Listing.ID != need.ID {
			t.Errorf("the offer finds %+v", back.All)
		}
		money := h.offered(firm, offer{"demand", map[string]string{"name": "高镍项目融资", "function": "新能源材料贷款", "type": "financing"}})[0]
		m, err = f.Matches(h.ctx, nobody, money.ID, catalogue.MatchQuery{})
		h.ok(err)
		if len(m.All) != 1 || m.All[0].Listing.ID != offers[2].ID {
			t.Errorf("who asks for money finds %+v", m.All)
		}

		late := h.now.Load().Add(60 * 24 * time.Hour)
		h.now.Store(&late)
		n, err := h.Expire(h.ctx)
		h.ok(err)
		need, err = h.Get(h.ctx, ofFirm, need.ID)
		h.ok(err)
		if n != 1 || need.State != catalogue.Suspended {
			t.Fatalf("%d needs expired, this one is %s", n, need.State)
		}
		if back, err = f.Matches(h.ctx, nobody, offers[0].ID, catalogue.MatchQuery{}); err != nil || len(back.All) != 0 {
			t.Errorf("an expired need is still found: %+v %v", back.All, err)
		}
		_, err = h.Step(h.ctx, ofFirm, need.ID, need.Version, catalogue.Expire, "")
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("a person lets a need expire: %v", err)
		}
		typed["deadline"] = "2026-12-31"
		need, err = h.Change(h.ctx, ofFirm, need.ID, need.Version, typed, "延长")
		h.ok(err)
		_, err = h.Step(h.ctx, ofFirm, need.ID, need.Version, catalogue.Resume, "")
		h.ok(err)
		if back, err = f.Matches(h.ctx, nobody, offers[0].ID, catalogue.MatchQuery{}); err != nil || len(back.All) != 1 {
			t.Errorf("the need with a later day is not found: %v %v", back.All, err)
		}
	})
}
