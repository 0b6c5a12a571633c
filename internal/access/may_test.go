package access

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
		t.Errorf("%s: -want +got (write it anew with -update, and read the change)\n%s", name, d)
	}
}

// What asks for no sign-in is a list of its own, so that nothing is opened to everyone by accident.
func TestOpenToEveryone(t *testing.T) {
	var b strings.Builder
	for _, p := range OpenToEveryone() {
		fmt.Fprintln(&b, p)
	}
	golden(t, "testdata/open.txt", b.String())
}

// What may not be known to exist is a list of its own: who may not do such a thing is told that it is not there.
func TestHiddenFromWhoMayNot(t *testing.T) {
	var b strings.Builder
	for _, r := range Rules {
		if r.Hidden {
			fmt.Fprintln(&b, r.Permission)
		}
	}
	golden(t, "testdata/hidden.txt", b.String())
}

// places are what permissions are asked for in the table of who may.
var places = []struct {
	name  string
	scope Scope
}{
	{"none", Scope{}},
	{"34", Scope{Region: ah}},
	{"3401", Scope{Region: hf}},
	{"31", Scope{Region: sh}},
	{"34/OFF", Scope{Region: ah, Office: "OFFICE"}},
	{"34/off", Scope{Region: ah, Office: "ANOTHER"}},
	{"A", Scope{Org: orgA}},
	{"B", Scope{Org: orgB}},
	{"party", Scope{Org: orgB, Parties: []string{orgA}}},
	{"self", Scope{Person: "SELF"}},
	{"else", Scope{Person: "ELSE"}},
}

// grantsOfEach is how each kind of role is held in the table of who may.
var grantsOfEach = map[RoleKind][]Grant{
	Node:         {{}, {Region: ah}},
	Desk:         {{}, {Region: ah}, {Region: ah, Org: "OFFICE"}},
	Organisation: {{Org: orgA}, {Region: ah, Org: orgA}},
	Person:       {{}, {Region: ah}},
}

// The table of who may: for every permission, every role as it may be held, and every place. A role that is not listed
// may no more than somebody without a role; roles that may the same stand in one line.
func TestTableOfWhoMay(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "%-18s %-34s", "permission", "held")
	for _, p := range places {
		fmt.Fprintf(&b, " %-6s", p.name)
	}
	fmt.Fprintln(&b, " roles")
	for _, r := range Rules {
		lines := map[string][]string{} // what may be done, to the roles that may it
		var order []string
		least := strings.Repeat(fmt.Sprintf(" %-6s", "."), len(places)) // what anybody may
		note := func(held, role string, who Actor) {
			marks := ""
			for _, p := range places {
				mark := "."
				if May(who, r.Permission, p.scope) == nil {
					mark = "ok"
				}
				marks += fmt.Sprintf(" %-6s", mark)
			}
			if marks == least {
				return
			}
			if len(who.Grants) == 0 {
				least = marks
			}
			line := fmt.Sprintf("%-18s %-34s%s", r.Permission, held, marks)
			if lines[line] == nil {
				order = append(order, line)
			}
			lines[line] = append(lines[line], role)
		}
		note("not signed in", "everyone", Actor{})
		note("without a role", "oneself", Actor{Person: "SELF"})
		for _, role := range Roles() {
			for _, g := range grantsOfEach[role.Kind] {
				g.Role = role.ID
				who := Actor{Person: "SELF", Grants: []Grant{g}}
				note(string(role.Kind)+" "+strings.TrimPrefix(g.String(), role.ID), role.ID, who)
			}
		}
		for _, line := range order {
			fmt.Fprintf(&b, "%s %s\n", line, desksAs(lines[line]))
		}
		if len(order) == 0 {
			fmt.Fprintf(&b, "%-18s nobody\n", r.Permission)
		}
	}
	golden(t, "testdata/may.txt", b.String())
}

// desksAs writes every desk as desk:*.
func desksAs(names []string) string {
	var desks []string
	for _, r := range Roles() {
		if r.Kind == Desk {
			desks = append(desks, r.ID)
		}
	}
	if slices.Equal(names, desks) {
		return Desks
	}
	return strings.Join(names, " ")
}

// How a refusal is told: who is not signed in, before all; what may not be known to exist, as not found; all else, denied.
func TestOrderOfRefusals(t *testing.T) {
	officer := Actor{Person: "P", Grants: []Grant{{Role: "finance", Region: ah}}}
	for _, x := range []struct {
		what  string
		who   Actor
		perm  Permission
		scope Scope
		code  string
	}{
		{"nobody, a hidden thing", Actor{}, CaseRead, Scope{Region: ah}, "access.sign_in"},
		{"a sign-in without its code", Actor{Needs: NeedsCode}, CaseRead, Scope{Region: ah}, "access.code_needed"},
		{"a sign-in before codes are set up", Actor{Needs: NeedsSeed}, StatementRead, Scope{Region: ah}, "access.seed_needed"},
		{"the node itself", System("clock"), CaseRead, Scope{}, "access.sign_in"},
		{"a hidden thing of another region", officer, CaseRead, Scope{Region: sh}, "access.not_found"},
		{"a hidden thing that no role of theirs reaches", officer, JournalRead, Scope{Region: ah}, "access.not_found"},
		{"a known thing of another region", officer, StatementRead, Scope{Region: sh}, "access.denied"},
		{"a permission that is in no table", officer, "case.destroy", Scope{Region: ah}, "access.denied"},
		{"a token outside its scopes", Actor{Person: "P", Token: true, Scopes: []Permission{CaseRead}, Grants: officer.Grants}, BooksRead, Scope{Region: ah}, "access.token_scope"},
		{"a token with a scope that tokens may not carry", Actor{Person: "P", Token: true, Scopes: []Permission{PeopleManage}, Grants: []Grant{{Role: "node_admin"}}}, PeopleManage, Scope{}, "access.token_scope"},
		{"a token for something open", Actor{Person: "P", Token: true}, HomeRead, Scope{}, ""},
		{"a token within its scopes", Actor{Person: "P", Token: true, Scopes: []Permission{CaseRead}, Grants: officer.Grants}, CaseRead, Scope{Region: hf}, ""},
	} {
		if got := fault.CodeOf(May(x.who, x.perm, x.scope)); got != x.code {
			t.Errorf("%s: got %q, want %q", x.what, got, x.code)
		}
	}
}

// MaySomewhere, May and ReachOf read one table and cannot disagree.
func TestReachAgreesWithMay(t *testing.T) {
	for _, r := range Rules {
		for _, role := range Roles() {
			for _, g := range grantsOfEach[role.Kind] {
				g.Role = role.ID
				who := Actor{Person: "SELF", Grants: []Grant{g}}
				reach := ReachOf(who, r.Permission)
				anywhere := false
				for _, p := range places {
					may := May(who, r.Permission, p.scope) == nil
					anywhere = anywhere || may
					if may != reach.Covers(p.scope) {
						t.Errorf("%s by %s for %s: May says %t, ReachOf %+v", r.Permission, g, p.name, may, reach)
					}
				}
				// The gate opens exactly for who may do it for something: else an operation that asks for nothing further would be open to a
				// role that is held for less than the permission wants.
				if somewhere := MaySomewhere(who, r.Permission) == nil; somewhere != (anywhere || r.Own) {
					t.Errorf("%s by %s: May allows it somewhere: %t, MaySomewhere: %t", r.Permission, g, anywhere, somewhere)
				}
			}
		}
	}
}

func TestMandate(t *testing.T) {
	who := Actor{Person: "P", Grants: []Grant{{Role: "auditor", Region: sh}, {Role: "voucher_review", Region: ah, Org: "OFFICE"}}}
	for _, x := range []struct {
		perm  Permission
		scope Scope
		want  string
	}{
		{CaseRead, Scope{Region: sh}, "auditor@310000"},
		{CaseRead, Scope{Region: hf, Office: "OFFICE"}, "voucher_review@340000/OFFICE"},
		{HomeRead, Scope{}, ""},
		{SessionEnd, Scope{Person: "P"}, ""},
	} {
		if got, err := Mandate(who, x.perm, x.scope); err != nil || got != x.want {
			t.Errorf("%s: got %q, %v, want %q", x.perm, got, err, x.want)
		}
	}
}

// Every line of the table has words in both languages, stands once and names roles that exist.
func TestTableIsSound(t *testing.T) {
	seen := map[Permission]bool{}
	for _, r := range Rules {
		if seen[r.Permission] || r.ZH == "" || r.EN == "" {
			t.Errorf("%s stands twice or has no words", r.Permission)
		}
		seen[r.Permission] = true
		if !r.Open && !r.Own && len(r.Holders) == 0 {
			t.Errorf("%s is held by nobody", r.Permission)
		}
		if r.Open && (r.Own || r.Hidden || len(r.Holders) > 0) {
			t.Errorf("%s is open to everyone and yet more", r.Permission)
		}
		for _, h := range r.Holders {
			for _, role := range h.Roles {
				got, ok := RoleOf(role)
				if !ok && role != Desks {
					t.Errorf("%s names the role %s, which does not exist", r.Permission, role)
				}
				invited := h.Scope == ScopeOwn && got.Kind == Organisation // by name, to one case of another organisation
				if ok && !invited && (h.Scope == ScopeOrg) != (got.Kind == Organisation) && role != "tech_manager" {
					t.Errorf("%s gives %s the scope %s, which such a role cannot have", r.Permission, role, h.Scope)
				}
			}
		}
	}
}

func TestRegionCovers(t *testing.T) {
	for _, x := range []struct {
		grant, asked unit.Region
		want         bool
	}{
		{"", "", true}, {"", hf, true}, {ah, ah, true}, {ah, hf, true}, {ah, "340111", true}, {hf, ah, false},
		{hf, "340111", true}, {"340111", hf, false}, {ah, sh, false}, {ah, "", false}, {"", "000000", true},
	} {
		if got := covers(x.grant, x.asked); got != x.want {
			t.Errorf("a grant for %q covers %q: got %t", x.grant, x.asked, got)
		}
	}
}

func TestDamagedRolesFile(t *testing.T) {
	for name, text := range map[string]string{
		"no kind":        "- {id: a_role, zh: 甲, en: A}",
		"no Chinese":     "- {id: a_role, en: A, kind: desk}",
		"a bad id":       "- {id: A role, zh: 甲, en: A, kind: desk}",
		"stands twice":   "- {id: a_role, zh: 甲, en: A, kind: desk}\n- {id: a_role, zh: 甲, en: A, kind: desk}",
		"an unknown key": "- {id: a_role, zh: 甲, en: A, kind: desk, may: all}",
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s was taken", name)
				}
			}()
			mustReadRoles([]byte(text))
		}()
	}
}
