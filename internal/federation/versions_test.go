package federation_test

import (
	"fmt"
	"strings"
	"testing"

	"corridor/internal/db/dbtest"
	"corridor/internal/federation"
	"corridor/internal/unit"
)

// A draft of the next version shows what it changes and who has signed it; it holds when the quorum has signed, and not before.
func TestADraftShowsWhatItChangesAndWhoHasSigned(t *testing.T) {
	jiangsu, anhui, shanghai := members(t, dbtest.Open(t, nil), 1000, nil)
	now, _, err := shanghai.fed.Community(ctx)
	if err != nil {
		t.Fatal(err)
	}
	was, err := now.Text()
	if err != nil {
		t.Fatal(err)
	}
	next := now
	next.Version, next.Before, next.Nodes = 2, federation.DigestText(was), append([]federation.Node(nil), now.Nodes...)
	next.Nodes[1].Hosts = []unit.Region{"320000", "370000"}
	next.Witnesses = 1
	text, err := next.Text()
	if err != nil {
		t.Fatal(err)
	}
	said := func(v federation.Version) string {
		var changes []string
		for _, c := range v.Changes {
			changes = append(changes, strings.TrimSpace(fmt.Sprintf("%s %s %s->%s", c.Node, c.What, c.Old, c.New)))
		}
		return fmt.Sprintf("%v of %d, %v missing, holds %t: %s", v.By, v.Need, v.Missing, v.Holds, strings.Join(changes, "; "))
	}
	const changes = "witnesses 0->1; 320000 hosts [320000]->[320000 370000]"
	v, err := shanghai.fed.Draft(ctx, keeper, []byte(text))
	if got, want := said(v), "[] of 2, [310000 320000 340000] missing, holds false: "+changes; err != nil || got != want {
		t.Errorf("%s, want %s (%v)", got, want, err)
	}
	if v, err = shanghai.fed.SignDraft(ctx, keeper, []byte(text)); err != nil {
		t.Fatal(err)
	}
	if got, want := said(v), "[310000] of 2, [320000 340000] missing, holds false: "+changes; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	_, err = shanghai.fed.TakeCommunity(ctx, keeper, []byte(v.Signed))
	wantFault(t, err, "federation.community_quorum")
	if v, err = jiangsu.fed.SignDraft(ctx, keeper, []byte(v.Signed)); err != nil || !v.Holds {
		t.Fatalf("%s, %v", said(v), err)
	}
	if _, err := anhui.fed.SignDraft(ctx, clerk, []byte(v.Signed)); err == nil {
		t.Error("a clerk signed")
	}
	if _, err := anhui.fed.TakeCommunity(ctx, keeper, []byte(v.Signed)); err != nil {
		t.Fatal(err)
	}
	all, err := anhui.fed.Versions(ctx)
	if err != nil || len(all) != 2 || all[0].Community.Version != 2 || len(all[1].By) != 3 || said(all[0]) != "[310000 320000] of 2, [340000] missing, holds true: "+changes {
		t.Errorf("%+v, %v", all, err)
	}
}
