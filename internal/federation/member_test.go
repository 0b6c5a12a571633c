package federation_test

import (
	"net/http"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

var (
	keeper = access.Actor{Person: "01KEEPER", Name: "值班管理员（演示）", Grants: []access.Grant{{Role: "node_admin"}}, Strong: true}
	clerk  = access.Actor{Person: "01CLERK", Name: "业务员（演示）", Grants: []access.Grant{{Role: "finance"}}, Strong: true}
)

// managed makes a station follow others with people who may change that.
func managed(t testing.TB, s *station, others ...*station) *federation.Service {
	t.Helper()
	a, err := access.New(access.Config{DB: s.d, NoCodes: true})
	if err != nil {
		t.Fatal(err)
	}
	return s.follows(func(c *federation.Config) { c.Access = a }, others...)
}

func TestANodeIsANeighbourOnceAPersonHasComparedTheFingerprint(t *testing.T) {
	anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
	theirs := managed(t, anhui)
	f := managed(t, shanghai)
	anhui.publish(3)
	name := fault.Words{"安徽（演示）", "Anhui (demo)"}
	r, err := f.Ask(ctx, keeper, "340000", name, anhui.http.URL+"/", false)
	if err != nil {
		t.Fatal(err)
	}
	if r.State != "waiting" || r.Fingerprint != theirs.Fingerprint() {
		t.Errorf("we read %q, they tell %q", r.Fingerprint, theirs.Fingerprint())
	}
	follow(t, f)
	if all, err := f.State(ctx); err != nil || len(all) != 0 {
		t.Errorf("a node that nobody confirmed is followed: %+v, %v", all, err)
	}
	wantFault(t, f.Confirm(ctx, keeper, r.ID, f.Fingerprint()), "federation.fingerprint")
	if err := f.Confirm(ctx, keeper, r.ID, " "+strings.ToUpper(r.Fingerprint)+" "); err != nil {
		t.Fatal(err)
	}
	follow(t, f)
	if n := state(t, f, "340000"); n.Size != 3 || n.Witness != anhui.witness.PublicKey() {
		t.Errorf("%+v", n)
	}
	wantFault(t, f.Confirm(ctx, keeper, r.ID, r.Fingerprint), "federation.decided")
	_, err = f.Ask(ctx, keeper, "340000", name, anhui.http.URL, false)
	wantFault(t, err, "federation.there")

	all, err := f.Requests(ctx, keeper)
	if err != nil || len(all) != 1 || all[0].State != "confirmed" || all[0].DecidedBy != keeper.Name || all[0].Fingerprint != r.Fingerprint {
		t.Errorf("%+v, %v", all, err)
	}
	if err := f.End(ctx, keeper, r.ID); err != nil {
		t.Fatal(err)
	}
	if all, err := f.State(ctx); err != nil || len(all) != 0 {
		t.Errorf("an ended neighbour is still there: %+v, %v", all, err)
	}
	if n := shanghai.publicLeaves(); n != 3 {
		t.Errorf("of what was verified %d leaves are left", n)
	}
	if _, err := f.Ask(ctx, keeper, "340000", name, anhui.http.URL, false); err != nil {
		t.Errorf("it cannot be asked for again: %v", err)
	}
}

func TestWhatIsNoNodeIsNotAskedFor(t *testing.T) {
	anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
	f := managed(t, shanghai)
	name := fault.Words{"安徽（演示）", "Anhui (demo)"}
	for what, tc := range map[string]struct {
		who           access.Actor
		code, address string
		name          fault.Words
		want          string
		answer        string
	}{
		"nobody":            {access.Actor{}, "340000", anhui.http.URL, name, "access.sign_in", ""},
		"a clerk":           {clerk, "340000", anhui.http.URL, name, "access.not_found", ""},
		"no code":           {keeper, "34", anhui.http.URL, name, "federation.code", ""},
		"this node":         {keeper, "310000", anhui.http.URL, name, "federation.code", ""},
		"no name":           {keeper, "340000", anhui.http.URL, fault.Words{"安徽", ""}, "federation.name", ""},
		"no address":        {keeper, "340000", "ftp://example", name, "federation.address", ""},
		"with a question":   {keeper, "340000", anhui.http.URL + "/?x=1", name, "federation.address", ""},
		"nobody there":      {keeper, "340000", "http://127.0.0.1:1", name, "federation.no_answer", ""},
		"a page and no key": {keeper, "340000", anhui.http.URL, name, "log.key", "<html>"},
		"keys of two logs":  {keeper, "340000", anhui.http.URL, name, "log.key", anhui.log.PublicKey() + "\n" + shanghai.log.PublicKey()},
		"a witness alone":   {keeper, "340000", anhui.http.URL, name, "log.key", anhui.witness.PublicKey()},
	} {
		anhui.instead(nil)
		if tc.answer != "" {
			anhui.instead(func(w http.ResponseWriter, r *http.Request) bool { w.Write([]byte(tc.answer)); return true })
		}
		_, err := f.Ask(ctx, tc.who, tc.code, tc.name, tc.address, false)
		if got := fault.CodeOf(err); got != tc.want {
			t.Errorf("%s: got %v, want %s", what, err, tc.want)
		}
	}
	if all, err := f.Requests(ctx, keeper); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	wantFault(t, f.Refuse(ctx, keeper, "none"), "federation.no_request")
	closed := shanghai.follows(nil)
	_, err := closed.Ask(ctx, keeper, "340000", name, anhui.http.URL, false)
	wantFault(t, err, "federation.closed")
}

// node is a station as it stands in the community file.
func (s *station) node() federation.Node {
	p := s.peer()
	n := federation.Node{Code: p.Code, Name: p.Name, URL: p.URL, Witness: p.Witness, Hosts: []unit.Region{unit.Region(p.Code)}}
	for _, key := range strings.Fields(p.Key) {
		n.Keys = append(n.Keys, federation.DatedKey{Key: key})
	}
	return n
}

// sign lets stations sign a community file one after the other.
func sign(t testing.TB, c federation.Community, by ...*station) []byte {
	t.Helper()
	text, err := c.Text()
	if err != nil {
		t.Fatal(err)
	}
	b := []byte(text)
	for _, s := range by {
		if b, err = federation.SignCommunity(b, s.private); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// after is the next version of a community file, changed.
func after(t testing.TB, c federation.Community, change func(*federation.Community)) federation.Community {
	t.Helper()
	c.Before = digest(t, c)
	c.Version++
	c.Nodes = append([]federation.Node(nil), c.Nodes...)
	change(&c)
	return c
}

func digest(t testing.TB, c federation.Community) string {
	t.Helper()
	text, err := c.Text()
	if err != nil {
		t.Fatal(err)
	}
	return federation.DigestText(text)
}

func three(t testing.TB) (c federation.Community, all []*station) {
	t.Helper()
	c = federation.Community{Title: fault.Words{"演示共同体", "demo community"}, Version: 1, From: day, Quorum: 2, Witnesses: 1}
	for _, code := range []string{"310000", "320000", "340000"} {
		s := newStation(t, code)
		all = append(all, s)
		c.Nodes = append(c.Nodes, s.node())
	}
	return c, all
}

func TestTheCommunityFileSaysWhoIsFollowed(t *testing.T) {
	c, all := three(t)
	f := managed(t, all[0])
	all[2].publish(3)
	_, err := f.TakeCommunity(ctx, keeper, sign(t, c, all[0], all[1]))
	wantFault(t, err, "federation.community_quorum") // the first is signed by all
	_, err = f.TakeCommunity(ctx, clerk, sign(t, c, all...))
	wantFault(t, err, "access.not_found")
	if _, err := f.TakeCommunity(ctx, keeper, sign(t, c, all...)); err != nil {
		t.Fatal(err)
	}
	managed(t, all[1])
	managed(t, all[2])
	follow(t, f)
	if n := state(t, f, "340000"); n.Size != 3 || !n.OK {
		t.Errorf("%+v", n)
	}
	if all, err := f.State(ctx); err != nil || len(all) != 2 {
		t.Errorf("%d neighbours, %v", len(all), err)
	}
	got, signed, err := f.Community(ctx)
	if err != nil || got.Version != 1 || !strings.Contains(signed, "— 34.corridor.example/log ") {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = f.TakeCommunity(ctx, keeper, sign(t, c, all...))
	wantFault(t, err, "federation.community_version")
}

// A node changes its key: the file carries the new one from a day on, its log signs with both, and nobody loses it.
func TestAKeyChangesOverThroughTheCommunityFile(t *testing.T) {
	c, all := three(t)
	f := managed(t, all[0])
	if _, err := f.TakeCommunity(ctx, keeper, sign(t, c, all...)); err != nil {
		t.Fatal(err)
	}
	anhui := all[2]
	anhui.follows(quietly) // is a witness, follows nobody
	all[1].follows(quietly)
	anhui.publish(3)
	follow(t, f)

	private, public := corridorlog.NewKey(anhui.log.Origin())
	old := anhui.private
	next := after(t, c, func(c *federation.Community) {
		c.Nodes[2].Keys = append(append([]federation.DatedKey(nil), c.Nodes[2].Keys...), federation.DatedKey{Key: public, From: day})
	})
	_, err := f.TakeCommunity(ctx, keeper, sign(t, next, all[0], all[1]))
	wantFault(t, err, "federation.community_key") // the new key has not signed
	renewed := &station{t: t, private: private}
	if _, err := f.TakeCommunity(ctx, keeper, sign(t, next, all[0], all[1], renewed)); err != nil {
		t.Fatal(err)
	}
	if anhui.log, err = corridorlog.New(corridorlog.Config{DB: anhui.d, Origin: anhui.log.Origin(), Key: private, Former: []string{old}}); err != nil {
		t.Fatal(err)
	}
	anhui.publish(2)
	follow(t, f)
	if anhui.log, err = corridorlog.New(corridorlog.Config{DB: anhui.d, Origin: anhui.log.Origin(), Key: private}); err != nil {
		t.Fatal(err)
	}
	anhui.publish(2)
	follow(t, f)
	if n := state(t, f, "340000"); n.Size != 7 || !n.OK {
		t.Errorf("%+v", n)
	}
	clean(t, f)

	// The old key is taken out: what it alone signs is refused from then on.
	last := after(t, next, func(c *federation.Community) {
		c.Nodes[2].Keys = []federation.DatedKey{{Key: public, From: day}}
	})
	if _, err := f.TakeCommunity(ctx, keeper, sign(t, last, all[0], all[1])); err != nil {
		t.Fatal(err)
	}
	if anhui.log, err = corridorlog.New(corridorlog.Config{DB: anhui.d, Origin: anhui.log.Origin(), Key: old}); err != nil {
		t.Fatal(err)
	}
	anhui.publish(1)
	wantFault(t, f.Follow(ctx), "federation.signature")
}

func TestWhatMayFollowACommunityFile(t *testing.T) {
	c, all := three(t)
	fifth := newStation(t, "330000")
	same := func(*federation.Community) {}
	for name, tc := range map[string]struct {
		change func(*federation.Community)
		by     []*station
		code   string
	}{
		"a quorum signs":        {same, all[:2], ""},
		"too few sign":          {same, all[:1], "federation.community_quorum"},
		"strangers sign":        {same, []*station{all[0], fifth}, "federation.community_quorum"},
		"one signs twice":       {same, []*station{all[0], all[0]}, "federation.community_quorum"},
		"nobody signs":          {same, nil, "federation.community_quorum"},
		"a version left out":    {func(c *federation.Community) { c.Version++ }, all, "federation.community_version"},
		"of another one":        {func(c *federation.Community) { c.Before = "sha256:x" }, all, "federation.community_version"},
		"from an earlier day":   {func(c *federation.Community) { c.From-- }, all, "federation.community_version"},
		"a new member unasked":  {func(c *federation.Community) { add(c, fifth) }, all, "federation.community_key"},
		"a new member":          {func(c *federation.Community) { add(c, fifth) }, []*station{all[0], all[1], fifth}, ""},
		"a member leaves":       {func(c *federation.Community) { c.Nodes = c.Nodes[:2] }, all[:2], ""},
		"half is no quorum":     {func(c *federation.Community) { c.Quorum = 1 }, all, "federation.community_form"},
		"more than there are":   {func(c *federation.Community) { c.Quorum = 4 }, all, "federation.community_form"},
		"witnesses of itself":   {func(c *federation.Community) { c.Witnesses = 3 }, all, "federation.community_form"},
		"out of order":          {func(c *federation.Community) { c.Nodes[0], c.Nodes[1] = c.Nodes[1], c.Nodes[0] }, all, "federation.community_form"},
		"a node twice":          {func(c *federation.Community) { c.Nodes[1] = c.Nodes[0] }, all, "federation.community_form"},
		"one log for two":       {func(c *federation.Community) { c.Nodes[1].Keys = c.Nodes[0].Keys }, all, "federation.community_form"},
		"a region twice":        {func(c *federation.Community) { c.Nodes[1].Hosts = c.Nodes[0].Hosts }, all, "federation.community_form"},
		"two for those outside": {func(c *federation.Community) { c.Nodes[0].Outside, c.Nodes[1].Outside = true, true }, all, "federation.community_form"},
		"a node without a key":  {func(c *federation.Community) { c.Nodes[0].Keys = nil }, all, "federation.community_form"},
		"no address":            {func(c *federation.Community) { c.Nodes[0].URL = "x" }, all, "federation.community_form"},
	} {
		next := after(t, c, tc.change)
		text, err := next.Text()
		if err != nil {
			t.Fatal(err)
		}
		b := []byte(text)
		for _, s := range tc.by {
			if signed, err := federation.SignCommunity(b, s.private); err == nil {
				b = signed
			}
		}
		_, by, err := federation.Succeed(c, b)
		if got := fault.CodeOf(err); got != tc.code {
			t.Errorf("%s: got %v (signed by %v), want %q", name, err, by, tc.code)
		}
	}
	signed := sign(t, c, all...)
	for _, b := range [][]byte{nil, []byte("x"), signed[1:], signed[:len(signed)-2], append([]byte("corridor community v1\n{}\n\n"), signed...)} {
		if _, _, err := federation.Succeed(federation.Community{}, b); err == nil {
			t.Errorf("%.60q is a community", b)
		}
	}
	if _, err := corridorlog.OpenCheckpoint(signed, all[0].log.PublicKey()); err == nil {
		t.Error("a community file is taken for a checkpoint")
	}
}

// add puts a station into the file in the order of codes.
func add(c *federation.Community, s *station) {
	c.Nodes = append(c.Nodes[:2:2], s.node(), c.Nodes[2])
	c.Quorum = 3
}

// Who answers for a region: by the community file the host of the smallest one around it.
func TestANodeAnswersForWhatItHosts(t *testing.T) {
	anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
	f := managed(t, shanghai, anhui)
	if err := shanghai.d.Read(ctx, func(tx *db.Tx) error {
		for _, tc := range []struct {
			code   string
			region unit.Region
			want   bool
		}{{"340000", "340000", true}, {"340000", "340100", true}, {"340000", "310000", false}, {"310000", "340100", false}, {"340100", "340000", false}} {
			if got := f.HostsRegion(ctx, tx, tc.code, tc.region); got != tc.want {
				t.Errorf("%s answers for %s: %v", tc.code, tc.region, got)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
