package node_test

import (
	"maps"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/find"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/node"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// The laboratory is made up; its code is well formed and given to nobody.
const mirrorLab = "12310000DEMQ000341"

var (
	labAdmin = access.Actor{Person: "01H00000000000000000000001", Name: "administrator", Grants: []access.Grant{{Role: "org_admin", Org: mirrorLab}}, Strong: true}
	labHand  = access.Actor{Person: "01H00000000000000000000002", Name: "operator", Grants: []access.Grant{{Role: "lab_operator", Org: mirrorLab}}, Strong: true}
)

func enterLab(t testing.TB, n *node.Node) {
	t.Helper()
	if err := n.DB.Act(t.Context(), func(tx *db.Tx) error {
		return n.Registry.Put(t.Context(), tx, access.System("test"), registry.Org{Code: mirrorLab, Name: fault.Words{"示范电镜中心", "Demo Electron Microscopy Centre"}, Kind: "institute",
			Region: "310115", Home: n.Node.Code, Synthetic: true})
	}); err != nil {
		t.Fatal(err)
	}
}

// microscope is a listing as its owner writes it.
func microscope(no string) map[string]string {
	return maps.Clone(map[string]string{
		"name": "冷冻透射电子显微镜", "ename": "Cryo transmission electron microscope", "model": "Titan Krios G4", "manufacturer": "Thermo Fisher Scientific",
		"class": "010101", "technical": "加速电压 300 kV", "function": "单颗粒结构解析", "status": "正常", "share": "外部共享", "duty_free": "否",
		"service_content": "单颗粒数据采集", "fee": "企业 6000 元/小时", "price_hour": "6000", "region": "310115", "contact": "值班室", "phone": "021-00000000",
		"inner_id": no, "worth": "5300万元", "begin_date": "2021-09-01",
	})
}

func publishMicroscope(t testing.TB, n *node.Node, no string) catalogue.Listing {
	t.Helper()
	l, err := n.Catalogue.Add(t.Context(), labHand, catalogue.Draft{Kind: "instrument", Owner: mirrorLab, Typed: microscope(no)})
	for _, step := range []struct {
		who access.Actor
		act catalogue.Act
	}{{labHand, catalogue.Submit}, {labAdmin, catalogue.Publish}} {
		if err == nil {
			l, err = n.Catalogue.Step(t.Context(), step.who, l.ID, l.Version, step.act, "")
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// searched is what everybody finds at a node.
func searched(t testing.TB, n *node.Node, text string) []catalogue.Listing {
	t.Helper()
	found, err := n.Finder.Search(t.Context(), access.Actor{}, find.Query{Text: text, Literal: true, Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	return found.Listings
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what)
		}
	}
}

func cleanNodes(t testing.TB, nodes ...*node.Node) {
	t.Helper()
	for _, n := range nodes {
		if found, err := n.Audit(t.Context(), func(string) {}); err != nil || len(found) > 0 {
			t.Errorf("audit %v, %v", found, err)
		}
	}
}

// published   there   searched here, with its proof, by a node that never heard of the owner
// changed     there   changed here
// acts        here    fault catalogue.mirrored
// suspended   there   not found here
// withdrawn   there   nothing of it stays here
func TestAListingOfANeighbourIsFoundHereWithItsProof(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { listingIsFound(t, func() string { return "" }) })
	if dbtest.Postgres() {
		t.Run("postgres", func(t *testing.T) { listingIsFound(t, func() string { return dbtest.PostgresDSN(t) }) })
	}
}

func listingIsFound(t *testing.T, dsn func() string) {
	here, there := pairOn(t, dsn)
	enterLab(t, there)
	l := publishMicroscope(t, there, "EM-0001")
	var got []catalogue.Listing
	eventually(t, "the listing did not arrive", func() bool { got = searched(t, here, "Titan Krios"); return len(got) == 1 })
	m := got[0]
	if m.Origin != "310000" || m.OwnerName != l.OwnerName || m.Title != l.Title || m.Owner != mirrorLab || m.Fields["phone"] != "" || m.Fields["contact"] != "" || m.Fields["price_hour"] != l.Fields["price_hour"] || !m.Published.Equal(l.Published.Truncate(time.Second)) {
		t.Errorf("mirrored %+v of %+v", m, l)
	}
	from := func() (f catalogue.Mirrored) {
		if err := here.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
			f, _, err = here.Catalogue.MirroredIn(t.Context(), tx, m.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := from()
	receipt, err := here.Federation.Receipt(t.Context(), f.Log, f.Index)
	if err != nil || f.Remote != l.ID {
		t.Fatalf("from %+v, %v", f, err)
	}
	if r, err := corridorlog.VerifyReceipt(receipt, there.Log.PublicKey()); err != nil || r.Kind != catalogue.LeafKind {
		t.Errorf("receipt %+v, %v", r, err)
	}
	if _, err := here.Catalogue.Change(t.Context(), labHand, m.ID, m.Version, microscope("EM-0002"), ""); fault.CodeOf(err) != "catalogue.mirrored" {
		t.Errorf("a mirrored listing was changed: %v", err)
	}
	typed := microscope("EM-0001")
	typed["model"] = "Glacios 2"
	if l, err = there.Catalogue.Change(t.Context(), labHand, l.ID, l.Version, typed, ""); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the change did not arrive", func() bool {
		return len(searched(t, here, "Glacios")) == 1 && len(searched(t, here, "Titan Krios")) == 0
	})
	step := func(act catalogue.Act) {
		t.Helper()
		if l, err = there.Catalogue.Step(t.Context(), labAdmin, l.ID, l.Version, act, "检修"); err != nil {
			t.Fatal(err)
		}
	}
	step(catalogue.Suspend)
	eventually(t, "what is suspended is still found", func() bool { return len(searched(t, here, "Glacios")) == 0 })
	step(catalogue.Resume)
	eventually(t, "what is offered again is not found", func() bool { return len(searched(t, here, "Glacios")) == 1 })
	cleanNodes(t, here, there)
	step(catalogue.Retire)
	eventually(t, "the records cannot be withdrawn", func() bool {
		_, err := there.Catalogue.TakeBack(t.Context(), labAdmin, l.ID, l.Version, "误含个人信息")
		return fault.CodeOf(err) == "catalogue.withdrawn" || err == nil
	})
	eventually(t, "what was withdrawn is still kept", func() bool { return from().Digest == "" })
	gone, err := here.Catalogue.Get(t.Context(), access.Actor{}, m.ID)
	if err != nil || gone.State != catalogue.Retired || len(gone.Fields) > 0 || gone.OwnerName[0] == l.OwnerName[0] {
		t.Errorf("there stays %+v, %v", gone, err)
	}
	cleanNodes(t, here, there)
}

// A record that is withdrawn by itself, while the listing is still offered there, takes the listing out here.
func TestAListingLeavesWithItsRecord(t *testing.T) {
	here, there := pair(t)
	enterLab(t, there)
	l := publishMicroscope(t, there, "EM-0001")
	eventually(t, "the listing did not arrive", func() bool { return len(searched(t, here, "Titan Krios")) == 1 })
	if err := there.DB.Act(t.Context(), func(tx *db.Tx) error {
		ids, err := there.Log.ByObject(t.Context(), tx, l.Object())
		if err != nil {
			return err
		}
		_, err = there.Log.Withdraw(t.Context(), tx, ids[0], corridorlog.Withdrawal{Day: unit.Date(2026, time.May, 6), Reason: "误发"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the listing stayed", func() bool { return len(searched(t, here, "Titan Krios")) == 0 })
	cleanNodes(t, here, there)
}

// The lab has its home here, so a neighbour that lists in its name is refused, and what it lists truly is taken all the same.
func TestANeighbourSpeaksForItsOwnOrganisationsOnly(t *testing.T) {
	here, there := pair(t)
	enterLab(t, here)
	enterLab(t, there)
	publishMicroscope(t, there, "EM-0001")
	eventually(t, "nothing was refused", func() bool {
		no, err := here.Federation.NotMirrored(t.Context(), there.Log.Origin())
		return err == nil && len(no) == 1 && no[0].Code == "catalogue.mirror_owner"
	})
	if got := searched(t, here, "Titan Krios"); len(got) > 0 {
		t.Errorf("found %+v", got)
	}
	cleanNodes(t, here, there)
}
