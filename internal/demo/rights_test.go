package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/booking"
	"corridor/internal/db/dbtest"
	"corridor/internal/settlement"
	"corridor/internal/unit"
)

// Every role asks every operation, for what is its own and for what is somebody else's. What has to be answered is read
// from the tables that people keep (api/operations.txt, internal/access/testdata: may.txt, hidden.txt) and not asked of
// the code: a check that is taken out, or a line of the table of permissions that is widened, is found here.

// right is a line of may.txt: how a role is held, and for which places it may.
type right struct {
	held  string // "desk @340000", "organisation /ORG-A", "without a role", "not signed in"
	roles []string
	at    map[string]bool // by the name of the place
}

// rightsOf reads may.txt.
func rightsOf(t *testing.T) map[string][]right {
	t.Helper()
	lines := linesOf(t, "../access/testdata/may.txt")
	columns := strings.Fields(lines[0])
	places := columns[2 : len(columns)-1]
	const marks, wide = 54, 7 // where the marks begin, and how far one is from the next
	out := map[string][]right{}
	for _, l := range lines[1:] {
		r := right{held: strings.TrimSpace(l[19 : marks-1]), at: map[string]bool{}}
		for i, p := range places {
			r.at[p] = strings.HasPrefix(l[marks+i*wide:], "ok")
		}
		r.roles = strings.Fields(l[marks+len(places)*wide:])
		perm := strings.TrimSpace(l[:19])
		out[perm] = append(out[perm], r)
	}
	return out
}

func linesOf(t *testing.T, name string) []string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

// caller is somebody who holds one role, or none, at one place.
type caller struct {
	role  string // "" is nobody's
	held  string // as in may.txt
	org   string
	near  bool // the region is that of the node
	token string
}

func (c caller) String() string {
	switch {
	case c.token == "":
		return "nobody"
	case c.role == "":
		return "somebody without a role"
	case c.org != "":
		return c.role + " of " + c.org
	case c.near:
		return c.role + " here"
	}
	return c.role + " elsewhere"
}

// may says whether the table lets the caller do it for a place of may.txt.
func (c caller) may(rights []right, place string) bool {
	return slices.ContainsFunc(rights, func(r right) bool {
		holds := slices.Contains(r.roles, c.role) || r.held == strings.TrimSpace("desk "+c.heldAt()) && slices.Contains(r.roles, access.Desks)
		switch r.held {
		case "not signed in":
			return r.at[place]
		case "without a role":
			return c.token != "" && r.at[place]
		}
		return holds && r.held == c.held && r.at[place]
	})
}

func (c caller) heldAt() string { _, at, _ := strings.Cut(c.held, " "); return at }

// anywhere says whether the table lets the caller do it for anything at all.
func (c caller) anywhere(rights []right) bool {
	for _, r := range rights {
		for place := range r.at {
			if c.may(rights, place) {
				return true
			}
		}
	}
	return false
}

// object is one thing of the town that operations name.
type object struct {
	kind  string
	at    map[string]string // parts of addresses: {id}, {no}
	orgs  []string          // whose it is
	here  bool              // it belongs to the region of the node
	perms map[string]string // which permission with which organisation, of a thing with two sides
}

// mayFor says whether the table lets the caller do an operation to the object.
func (o *object) mayFor(c caller, perm string, rights map[string][]right) bool {
	perms := map[string]string{perm: ""}
	if o.perms != nil { // what has two sides: the room asks for which
		perms = o.perms
	}
	for p, org := range perms {
		place := "else"
		switch {
		case c.org != "" && (c.org == org || org == "" && slices.Contains(o.orgs, c.org)):
			place = "A"
		case c.org != "":
			place = "B"
		case !o.here:
			place = "none"
		case c.near:
			place = "34"
		default:
			place = "31"
		}
		if c.may(rights[p], place) {
			return true
		}
	}
	return false
}

// callers makes an account for every role at every place: here and elsewhere, or of each organisation.
func (w *town) callers(near unit.Region, far unit.Region, orgs ...string) []caller {
	w.Helper()
	ctx := context.Background()
	admin, err := actor(ctx, w.node, w.admin())
	w.must(err)
	n := 0
	in := func(org string, grants ...access.Grant) string {
		n++
		email := fmt.Sprintf("rights%d@town.example", n)
		link, _, err := w.node.Access.Invite(ctx, admin, access.Invitation{Email: email, Name: "甲", Org: org, Roles: grants})
		w.must(err)
		w.must(w.node.Access.AcceptInvitation(ctx, link, Password))
		token, _, err := w.node.Access.SignIn(ctx, access.SignIn{Email: email, Password: Password})
		w.must(err)
		return token
	}
	out := []caller{{}, {token: in("", access.Grant{Role: "expert"})}}
	plain, err := w.node.Access.Session(ctx, out[1].token)
	w.must(err)
	w.must(w.node.Access.Revoke(ctx, admin, plain.Grants[0].ID))
	for _, r := range access.Roles() {
		if r.Kind == access.Organisation {
			for _, org := range orgs {
				out = append(out, caller{role: r.ID, held: "organisation /ORG-A", org: org, token: in(org, access.Grant{Role: r.ID, Org: org})})
			}
			continue
		}
		for _, region := range []unit.Region{near, far} {
			out = append(out, caller{role: r.ID, held: string(r.Kind) + " @340000", near: region == near, token: in("", access.Grant{Role: r.ID, Region: region})})
		}
	}
	return out
}

func (w *town) admin() string {
	for _, p := range People {
		if p.Node == w.node.Node.Code && p.Role == adminRole {
			return p.Email
		}
	}
	w.Fatal("the town has no administrator")
	return ""
}

// line is one operation of the table.
type line struct{ method, pattern, perm string }

func operationsOf(t *testing.T) (all []line) {
	for _, l := range linesOf(t, "../../api/operations.txt") {
		f := strings.Fields(l)
		all = append(all, line{f[0], f[1], f[2]})
	}
	return all
}

// nowhere fits every part of an address and is nothing that exists.
const nowhere = "0000000000000000000000000A"

var part = regexp.MustCompile(`\{[^}]*\}`)

// address is the operation's, for an object; nil names nothing that exists.
func (l line) address(o *object) string {
	return part.ReplaceAllStringFunc(strings.ReplaceAll(l.pattern, "{$}", ""), func(p string) string {
		if o != nil && o.at[p] != "" {
			return o.at[p]
		}
		return nowhere
	})
}

// ask sends what such an operation wants, as sound as its description says, so that it is not turned away before it is looked at.
func (w *town) ask(c caller, l line, o *object, bodies map[string]string) (status int, page string) {
	var r *http.Request
	switch json, described := bodies[l.method+" "+l.pattern]; {
	case l.method == http.MethodGet:
		at := l.address(o)
		if strings.HasPrefix(at, "/api/") {
			at += "?listing=" + nowhere
		} else {
			at += "?format=csv"
		}
		r = httptest.NewRequest(l.method, at, nil)
	case described:
		r = httptest.NewRequest(l.method, l.address(o), strings.NewReader(json))
		r.Header.Set("Content-Type", "application/json")
	case strings.HasPrefix(l.pattern, "/api/"): // a file as it is
		r = httptest.NewRequest(l.method, l.address(o)+"?name=a.txt&field=x&kind=x&owner=x", strings.NewReader("x"))
		r.Header.Set("Content-Type", "application/octet-stream")
	default:
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		for name, value := range typed {
			w.must(form.WriteField(name, value))
		}
		file, err := form.CreateFormFile("file", "a.txt")
		w.must(err)
		_, _ = file.Write([]byte("x"))
		w.must(form.Close())
		r = httptest.NewRequest(l.method, l.address(o), &b)
		r.Header.Set("Content-Type", form.FormDataContentType())
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	a := httptest.NewRecorder()
	w.node.Web.ServeHTTP(a, r)
	return a.Code, a.Body.String()
}

// typed is what a form is sent with, and what stands in a body under the same name: sound where a room looks at it before it
// has looked at who asks.
var typed = map[string]string{"version": "1", "reason": "x", "why": "other", "note": "x", "text": "x", "seat": "x", "email": "x@y.example",
	"role": "expert", "person": nowhere, "to": nowhere, "do": "disable", "act": "close", "use": "picture"}

// bodiesOf makes the least body that each operation of the interface for programs takes, from its description.
func (w *town) bodiesOf() map[string]string {
	b, err := w.node.Web.OpenAPI()
	w.must(err)
	var doc struct {
		Paths map[string]map[string]struct {
			RequestBody struct {
				Content map[string]struct{ Schema schema }
			}
		}
		Components struct{ Schemas map[string]schema }
	}
	w.must(json.Unmarshal(b, &doc))
	out := map[string]string{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			for kind, c := range op.RequestBody.Content {
				if kind == "application/json" {
					text, err := json.Marshal(c.Schema.least(doc.Components.Schemas))
					w.must(err)
					out[strings.ToUpper(method)+" "+path] = string(text)
				}
			}
		}
	}
	return out
}

type schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"`
	Properties map[string]schema `json:"properties"`
	Required   []string          `json:"required"`
	Items      *schema           `json:"items"`
	Enum       []any             `json:"enum"`
	Format     string            `json:"format"`
	MinLength  int               `json:"minLength"`
	MinItems   int               `json:"minItems"`
	Minimum    float64           `json:"minimum"`
}

// least is the smallest value of a schema.
func (s schema) least(all map[string]schema) any {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return all[name].least(all)
	}
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	kind, _ := s.Type.(string)
	if of, several := s.Type.([]any); several {
		kind, _ = of[0].(string)
	}
	switch kind {
	case "object":
		out := map[string]any{}
		for _, name := range s.Required {
			value := s.Properties[name].least(all)
			if text, known := typed[name]; known && value == "x" {
				value = text
			}
			out[name] = value
		}
		return out
	case "array":
		out := []any{}
		for range s.MinItems {
			out = append(out, s.Items.least(all))
		}
		return out
	case "integer", "number":
		return max(s.Minimum, 1)
	case "boolean":
		return true
	}
	switch s.Format {
	case "date":
		return "2026-06-01"
	case "date-time":
		return "2026-06-01T08:00:00Z"
	}
	return strings.Repeat("x", max(s.MinLength, 1))
}

// things are one thing of every kind that operations name.
func (w *town) things() map[string]*object {
	w.Helper()
	ctx := context.Background()
	firm, err := actor(ctx, w.node, "firm@shanghai.example")
	w.must(err)
	mine, _, err := w.node.Bookings.Mine(ctx, firm, booking.Query{})
	w.must(err)
	w.sharedLastYear("EQ-31-900000")
	w.play(`
firm      opens   J joint-acceptance                                                   -> draft
firm      fills   J project_code=2025-310115-40-01-000000 risk=low permit_no=X1 buildings.rows=1 buildings.0.name=一号厂房 buildings.0.area=12000 drawings=file:竣工图 survey=file:测量
firm      submit  J                                                                    -> submitted
lab       opens   R instrument-reward                                                  -> draft
lab       fills   R instrument=EQ-31-900000 of_year=2025 grade=good assessment=file:评价结果
lab       file    R                                                                    -> filed
desk      approve R grade_true=yes not_elsewhere=yes                                   -> noticed`)
	w.passes(14 * 24 * time.Hour)
	lab, err := actor(ctx, w.node, "lab@shanghai.example")
	w.must(err)
	finance, err := actor(ctx, w.node, "finance@shanghai.example")
	w.must(err)
	account := settlement.Account{Org: Lab, Region: Shanghai, Holder: "浦江结构生物中心", Bank: "中国虚构银行", Number: "6222021234567890"}
	payee, err := w.node.Payments.GiveAccount(ctx, lab, account)
	w.must(err)
	_, err = w.node.Payments.DecideAccount(ctx, finance, payee.ID, true, "")
	w.must(err)
	status, list, body := w.send(w.client("finance"), "/payments/lists", url.Values{"case": {strings.TrimPrefix(w.cases["R"], "/cases/")}})
	if status != http.StatusSeeOther {
		w.Fatalf("the payment is not listed: %d %.300s", status, body)
	}
	firm, err = actor(ctx, w.node, "firm@shanghai.example") // a session that has not ended
	w.must(err)
	_, token, err := w.node.Access.NewToken(ctx, firm, "机", []access.Permission{access.CaseRead}, 24*time.Hour)
	w.must(err)
	instruments, _, err := w.node.Bookings.Instruments(ctx, lab, Lab, "")
	w.must(err)
	file := regexp.MustCompile(`/cases/[0-9A-Z]{26}/files/([0-9a-f]+)`).FindStringSubmatch(w.get(w.client("firm"), w.cases["J"]))
	id := func(s string) string { return s[strings.LastIndex(s, "/")+1:] }
	own := func(orgs ...string) []string { return orgs }
	return map[string]*object{
		"case":       {kind: "case", at: map[string]string{"{id}": id(w.cases["J"]), "{no}": "1", "{step}": "1", "{digest}": file[1]}, orgs: own(ShanghaiFirm), here: true},
		"list":       {kind: "list", at: map[string]string{"{id}": id(list), "{act}": "close"}, here: true},
		"payee":      {kind: "payee", at: map[string]string{"{id}": string(payee.ID)}, here: true},
		"person":     {kind: "person", at: map[string]string{"{id}": string(firm.Person), "{grant}": string(firm.Grants[0].ID)}, orgs: own(ShanghaiFirm)},
		"session":    {kind: "session", at: map[string]string{"{id}": firm.Session}},
		"token":      {kind: "token", at: map[string]string{"{id}": string(token.ID)}},
		"booking":    {kind: "booking", at: map[string]string{"{id}": string(mine[0].ID), "{act}": "cancel"}, perms: map[string]string{"booking.create": ShanghaiFirm, "booking.manage": Lab}},
		"instrument": {kind: "instrument", at: map[string]string{"{id}": string(instruments[0].ID)}, orgs: own(Lab), here: true},
		"lab":        {kind: "lab", at: map[string]string{"{code}": Lab}, orgs: own(Lab), here: true},
	}
}

// thingOf is the kind of thing that an operation names: by the beginning of its address and, where an address stands for
// things of several owners, by its permission. "" names nothing that has an owner.
func (l line) thing() string {
	path := strings.TrimPrefix(l.pattern, "/api/v1")
	for _, x := range []struct{ prefix, perm, kind string }{
		{"/cases/{id}", "case.read", "case"}, {"/cases/{id}", "case.act", "case"}, {"/cases/{id}", "case.create", "case"},
		{"/payments/lists/{id}", "", "list"},
		{"/payees/{id}", "", "payee"},
		{"/people/{id}", "", "person"},
		{"/account/sessions/{id}", "", "session"},
		{"/account/tokens/{id}", "", "token"},
		{"/bookings/{id}", "", "booking"},
		{"/instruments/{id}", "booking.manage", "instrument"},
		{"/listings/{id}", "listing.edit", "instrument"}, {"/listings/{id}", "listing.publish", "instrument"},
		{"/labs/{code}", "booking.manage", "lab"},
	} {
		if strings.HasPrefix(path, x.prefix) && (x.perm == "" || x.perm == l.perm) {
			return x.kind
		}
	}
	return ""
}

// hides is how a room says that a thing is not there to whoever may not know it.
var hides = regexp.MustCompile(`access\.|casework\.unknown|settlement\.unknown|booking\.unknown`)

// wrongs asks every operation as every caller, and says what was answered otherwise than the tables have it.
func (w *town) wrongs(operations []line, callers []caller, things map[string]*object) (wrong []string, asked int) {
	w.Helper()
	rights, bodies := rightsOf(w.T), w.bodiesOf()
	hidden := linesOf(w.T, "../access/testdata/hidden.txt")
	for _, l := range operations {
		o := things[l.thing()]
		turned := map[string]bool{} // a role that may do it nowhere is the same everywhere
		for _, c := range callers {
			somewhere := c.anywhere(rights[l.perm])
			switch {
			case !somewhere && turned[c.role]:
			case !somewhere: // turned away before it is known what is asked for
				turned[c.role] = c.role != ""
				status, _ := w.ask(c, l, o, bodies)
				asked++
				want := http.StatusForbidden
				switch {
				case c.token == "" && l.method == http.MethodGet && !strings.HasPrefix(l.pattern, "/api/"):
					want = http.StatusSeeOther
				case c.token == "":
					want = http.StatusUnauthorized
				case slices.Contains(hidden, l.perm):
					want = http.StatusNotFound
				}
				if status != want {
					wrong = append(wrong, fmt.Sprintf("%s: %s %s answered %d, want %d", c, l.method, l.pattern, status, want))
				}
			case o == nil:
			case !o.mayFor(c, l.perm, rights): // somebody else's
				status, page := w.ask(c, l, o, bodies)
				asked++
				if status != http.StatusForbidden && status != http.StatusNotFound {
					wrong = append(wrong, fmt.Sprintf("%s: %s %s of somebody else answered %d: %.100q", c, l.method, l.pattern, status, page))
				}
			case l.method == http.MethodGet: // one's own
				status, page := w.ask(c, l, o, bodies)
				asked++
				refused := status == http.StatusForbidden || status == http.StatusUnauthorized
				if refused || status == http.StatusNotFound && hides.MatchString(page) { // some part that it names may not be there
					wrong = append(wrong, fmt.Sprintf("%s: %s %s of their own answered %d: %.100q", c, l.method, l.pattern, status, page))
				}
			}
		}
	}
	return wrong, asked
}

func TestRightsHold(t *testing.T) {
	w := openTown(t, Shanghai, dbtest.SQLite(t))
	things, operations := w.things(), operationsOf(t)
	callers := w.callers(Shanghai, Zhejiang, ShanghaiFirm, Lab, SmallFirm)
	wrong, asked := w.wrongs(operations, callers, things)
	for _, x := range wrong {
		t.Error(x)
	}
	t.Logf("%d callers, %d requests", len(callers), asked)
	if asked < 15_000 {
		t.Errorf("only %d requests were made", asked)
	}

	// A check that is taken out is found: each permission in turn is given to everybody, as if nobody asked for it.
	rules := slices.Clone(access.Rules)
	defer func() { copy(access.Rules, rules) }()
	for i, r := range rules {
		if r.Open {
			continue
		}
		of := slices.DeleteFunc(slices.Clone(operations), func(l line) bool { return l.perm != string(r.Permission) })
		if len(of) == 0 {
			continue // what no operation asks for by its name is asked for inside rooms
		}
		access.Rules[i] = access.Rule{Permission: r.Permission, ZH: r.ZH, EN: r.EN, Open: true}
		found, _ := w.wrongs(of, callers[:2], things)
		access.Rules[i] = r
		if len(found) == 0 {
			t.Errorf("nothing is found when %s is asked of nobody", r.Permission)
		}
	}

	// So is one that looks at the role alone and not at whose the thing is: those who hold the role elsewhere are asked.
	rights := rightsOf(t)
	for _, x := range []struct {
		kind  string
		perms []access.Permission // of the operations; and what rooms ask for further
	}{
		{"case", []access.Permission{access.CaseRead}}, {"case", []access.Permission{access.CaseAct, access.CaseRead}}, {"list", []access.Permission{access.PaymentRead}},
		{"list", []access.Permission{access.PaymentManage}}, {"payee", []access.Permission{access.PaymentManage}}, {"person", []access.Permission{access.PeopleManage, access.PersonRead}},
		{"session", []access.Permission{access.SessionEnd}}, {"token", []access.Permission{access.TokenManage}}, {"instrument", []access.Permission{access.BookingManage}},
		{"lab", []access.Permission{access.BookingManage}}, {"instrument", []access.Permission{access.ListingEdit}}, {"instrument", []access.Permission{access.ListingPublish}},
	} {
		perm := string(x.perms[0])
		of := slices.DeleteFunc(slices.Clone(operations), func(l line) bool { return l.perm != perm || l.thing() != x.kind })
		far := slices.DeleteFunc(slices.Clone(callers), func(c caller) bool { return !c.anywhere(rights[perm]) || things[x.kind].mayFor(c, perm, rights) })
		if len(of) == 0 || len(far) == 0 {
			t.Errorf("%s of a %s: %d operations, %d callers", perm, x.kind, len(of), len(far))
			continue
		}
		for i, r := range rules {
			if slices.Contains(x.perms, r.Permission) {
				access.Rules[i].Open, access.Rules[i].Holders = true, nil
			}
		}
		found, _ := w.wrongs(of, far[:1], things)
		copy(access.Rules, rules)
		if len(found) == 0 {
			t.Errorf("nothing is found when nobody looks whose a %s is for %s", x.kind, perm)
		}
	}
}
