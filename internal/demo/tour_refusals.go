package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"corridor/internal/unit"
)

// Organisations that the tour of refusals enters, by the import that administrators have. The codes are given to nobody.
const (
	ownLab      = "91340100MA0DEMR15L" // the small firm of Anhui stands behind it
	expiredFirm = "91320500MA0DEMR23U" // its label ended with the year before
	// refusedInvoice is the one that two provinces claim.
	refusedInvoice = "26312000000024680246"
)

// wanted is the refusal that a step has to end in.
type wanted struct {
	status     int
	code, rule string
	by         string // what the rule is, where the refusal names no rule of a scheme
}

// Refusals plays what the community refuses, over HTTP, and prints each refusal with its sentence in both languages, its rule and
// its basis. A step holds only if the refusal is exactly the expected one and if what it could have touched stands afterwards as it
// stood before. cut cuts or heals the link between two nodes. It may be played again in the same world.
func Refusals(ctx context.Context, at func(code string) string, cut func(a, b string, cut bool), out io.Writer) error {
	t := &tour{at: at, out: out}
	r := &refusals{tour: t, cut: cut}
	return t.play(ctx, []step{
		{"affiliated: a firm orders from a laboratory that it stands behind", r.affiliated},
		{"expired: a firm whose label ended with the last year asks for a voucher", r.expired},
		{"taken: a slot is asked for that somebody has just booked", r.taken},
		{"link down: a claim cannot be approved while the register of invoices is out of reach, and can once the link is healed", r.away},
		{"one person: the officer who approved is given the payment desk too, and tries to pay", r.samePerson},
		{"twice: the same line of an invoice is claimed in another province", r.twice},
		{"spent: the year's budget is granted to the last fen, and one more is asked for", r.spent},
	})
}

// refusals is one playing. yearly and claim are what one step leaves to a later one.
type refusals struct {
	*tour
	cut    func(a, b string, cut bool)
	yearly caseAnswer
	claim  string // id of the order of Anhui that is claimed
}

// refuses does what has to be refused, in both languages, and compares what stood before with what stands after.
func (r *refusals) refuses(ctx context.Context, c *client, w wanted, stands func() (string, error), do func(*client) error) error {
	before, err := stands()
	if err != nil {
		return fmt.Errorf("what stands before: %w", err)
	}
	said := map[string]*Refused{}
	for _, lang := range []string{"zh", "en"} {
		as := *c
		as.lang = lang
		var f *Refused
		if err := do(&as); !errors.As(err, &f) {
			return fmt.Errorf("it was not refused: %w", errors.Join(err, errors.New("wanted "+w.code)))
		}
		if f.Status != w.status || f.Code != w.code || f.Field != w.rule {
			return fmt.Errorf("refused by %d %s on %q, want %d %s on %q: %s", f.Status, f.Code, f.Field, w.status, w.code, w.rule, f.Detail)
		}
		said[lang] = f
	}
	after, err := stands()
	if err != nil {
		return fmt.Errorf("what stands after: %w", err)
	}
	r.say("%d %s", w.status, w.code)
	r.say("rule   %s", strings.TrimSpace(w.rule+" "+w.by))
	zh, basis, _ := strings.Cut(said["zh"].Detail, "依据")
	en, basis2, named := strings.Cut(said["en"].Detail, "Basis")
	r.say("zh     %s", zh)
	r.say("en     %s", strings.TrimSpace(en))
	if named {
		r.say("basis  依据%s Basis%s", basis, basis2)
	} else {
		r.say("basis  none is named")
	}
	if before != after {
		return fmt.Errorf("the refusal changed something: before %s, after %s", before, after)
	}
	r.say("nothing changed: %d bytes of what stands are the same before and after", len(after))
	return nil
}

// standing is what an act in a case could change: the case as this person sees it, and every account of the node's books.
func (r *refusals) standing(ctx context.Context, c *client, at, finance, id string) func() (string, error) {
	return func() (string, error) {
		var k struct {
			Stage   string            `json:"stage"`
			End     string            `json:"end"`
			Version int64             `json:"version"`
			Fields  map[string]string `json:"fields"`
			Amounts map[string]any    `json:"amounts"`
			History []stepAnswer      `json:"history"`
		}
		if err := c.get(ctx, "/api/v1/cases/"+id, &k); err != nil {
			return "", err
		}
		who, err := signIn(ctx, r.at(at), finance)
		if err != nil {
			return "", err
		}
		books, err := who.text(ctx, "/api/v1/books/accounts")
		if err != nil {
			return "", err
		}
		b, err := json.Marshal(k)
		return string(b) + string(books), err
	}
}

// takes has an administrator take rows into the registry, the first of them the header.
func takes(ctx context.Context, admin *client, kind string, rows ...[]string) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	if err := admin.post(ctx, "/api/v1/registry/import?"+url.Values{"kind": {kind}, "name": {kind + ".csv"}, "source": {"demo"}}.Encode(), "", b.Bytes(), nil); err != nil {
		return fmt.Errorf("import %s: %w", kind, err)
	}
	return nil
}

// labels has one officer of a place bring labels in a list and another adopt what waits.
func (r *refusals) labels(ctx context.Context, at, mail string, rows ...[]string) error {
	desk, err := signIn(ctx, r.at(at), "desk@"+mail)
	if err != nil {
		return err
	}
	if err := takes(ctx, desk, "labels", append([][]string{labelHead}, rows...)...); err != nil {
		return err
	}
	head, err := signIn(ctx, r.at(at), "head@"+mail)
	if err != nil {
		return err
	}
	for {
		var waits struct {
			Changes []struct {
				Batch string `json:"batch"`
			} `json:"changes"`
		}
		if err := head.get(ctx, "/api/v1/labels/changes?state=proposed", &waits); err != nil || len(waits.Changes) == 0 {
			return err
		}
		if err := head.post(ctx, "/api/v1/labels/batches/"+waits.Changes[0].Batch, "", map[string]any{"adopt": true}, nil); err != nil {
			return fmt.Errorf("adopt labels: %w", err)
		}
	}
}

// clerk is somebody who acts for organisations: invited by an administrator, the link followed, once.
func (r *refusals) clerk(ctx context.Context, at, email string, orgs ...string) (*client, error) {
	if c, err := signIn(ctx, r.at(at), email); err == nil {
		return c, nil
	}
	admin, err := signIn(ctx, r.at(at), adminOf(at))
	if err != nil {
		return nil, err
	}
	var roles []map[string]string
	for _, o := range orgs {
		roles = append(roles, map[string]string{"role": "org_admin", "org": o})
	}
	var invited struct {
		Link string `json:"link"`
	}
	if err := admin.post(ctx, "/api/v1/people", "", map[string]any{"email": email, "name": "经办人（演示） Clerk (demo)", "org": orgs[0], "roles": roles}, &invited); err != nil {
		return nil, fmt.Errorf("invite %s: %w", email, err)
	}
	link, err := url.Parse(invited.Link)
	if err != nil {
		return nil, err
	}
	if err := nobody(r.at(at)).post(ctx, "/api/v1/welcome", "", map[string]any{"token": link.Query().Get("token"), "password": Password}, nil); err != nil {
		return nil, fmt.Errorf("follow the link: %w", err)
	}
	return signIn(ctx, r.at(at), email)
}

var (
	orgHead   = []string{"code", "name", "name_en", "kind", "region", "industry", "founded", "status", "controller", "synthetic", "source"}
	labelHead = []string{"code", "label", "issuer", "since", "until"}
	markHead  = []string{"code", "mark", "is", "since", "source"}
	yearHead  = []string{"code", "year", "filed", "source", "staff", "revenue", "rnd_spend"}
)

// sound are the rows that say of a firm what the rules of a voucher ask: marks and last year's figures.
func sound(code string) (marks [][]string, year []string) {
	for _, m := range [][2]string{{"tax_normal", "true"}, {"listed_untrustworthy", "false"}} {
		marks = append(marks, []string{code, m[0], m[1], "2025-01-01", "demo"})
	}
	return marks, []string{code, "2025", "2026-01-20", "demo", "40", "20000000", "2000000"}
}

func (r *refusals) affiliated(ctx context.Context) error {
	admin, err := signIn(ctx, r.at(Anhui), adminOf(Anhui))
	if err != nil {
		return err
	}
	if err := takes(ctx, admin, "organisations", orgHead, []string{ownLab, "巢湖电池检测有限公司（演示）", "Chaohu Battery Testing Ltd (demo)", "lab", "340100", "7452", "2020-01-01", "存续", SmallFirm, "true", "demo"}); err != nil {
		return err
	}
	if err := r.labels(ctx, Anhui, "anhui.example", []string{ownLab, "voucher_provider", Anhui, "2026-01-01", "2026-12-31"}); err != nil {
		return err
	}
	if r.yearly, err = r.anhuiVoucher(ctx); err != nil {
		return err
	}
	firm, err := signIn(ctx, r.at(Anhui), "firm@anhui.example")
	if err != nil {
		return err
	}
	k, err := drafts(ctx, firm, r.yearly.ID, "tour-own", asks(ownLab))
	if err != nil {
		return err
	}
	r.say("%s of Anhui names %s, whose actual controller is the firm itself", SmallFirm, ownLab)
	return r.refuses(ctx, firm, wanted{409, "casework.rule_fails", "not_affiliated", ""}, r.standing(ctx, firm, Anhui, "finance@anhui.example", k.ID), func(c *client) error {
		_, err := act(ctx, c, k.ID, "file", "", nil)
		return err
	})
}

func (r *refusals) expired(ctx context.Context) error {
	admin, err := signIn(ctx, r.at(Jiangsu), adminOf(Jiangsu))
	if err != nil {
		return err
	}
	marks, year := sound(expiredFirm)
	for _, x := range []struct {
		kind string
		rows [][]string
	}{
		{"organisations", [][]string{orgHead, {expiredFirm, "阳澄湖仪表有限公司（演示）", "Yangcheng Instruments Ltd (demo)", "firm", "320500", "4011", "2017-05-01", "存续", "", "true", "demo"}}},
		{"marks", append([][]string{markHead}, marks...)},
		{"figures", [][]string{yearHead, year}},
	} {
		if err := takes(ctx, admin, x.kind, x.rows...); err != nil {
			return err
		}
	}
	if err := r.labels(ctx, Jiangsu, "jiangsu.example", []string{expiredFirm, "tech_sme", Jiangsu, "2025-01-01", "2025-12-31"}); err != nil {
		return err
	}
	firm, err := r.clerk(ctx, Jiangsu, "expired@jiangsu.example", expiredFirm)
	if err != nil {
		return err
	}
	var k caseAnswer
	if err := firm.post(ctx, "/api/v1/cases", "tour-expired", map[string]any{"scheme": yearlyScheme, "org": expiredFirm}, &k); err != nil {
		return err
	}
	if err := firm.put(ctx, "/api/v1/cases/"+k.ID+"/form", map[string]any{"fields": map[string]string{"asked": "80000", "planned_use": "委托检测（演示）", "bank_account": "6222021", "tax_consent": "true"}}, nil); err != nil {
		return err
	}
	r.say("%s of Jiangsu was a technology SME until 2025-12-31", expiredFirm)
	return r.refuses(ctx, firm, wanted{409, "casework.rule_fails", "tech_sme", ""}, r.standing(ctx, firm, Jiangsu, "finance@jiangsu.example", k.ID), func(c *client) error {
		_, err := act(ctx, c, k.ID, "submit", "", nil)
		return err
	})
}

func (r *refusals) taken(ctx context.Context) error {
	lab, err := signIn(ctx, r.at(Shanghai), "lab@shanghai.example")
	if err != nil {
		return err
	}
	firm, err := signIn(ctx, r.at(Shanghai), "firm@shanghai.example")
	if err != nil {
		return err
	}
	var all struct {
		Instruments []struct {
			ID    string `json:"id"`
			Title string `json:"title_en"`
			Next  *struct {
				From string `json:"from"`
				To   string `json:"to"`
			} `json:"next_free"`
		} `json:"instruments"`
	}
	if err := lab.get(ctx, "/api/v1/instruments?org="+Lab, &all); err != nil {
		return err
	}
	for _, i := range all.Instruments {
		if i.Title != "120 kV transmission electron microscope" || i.Next == nil {
			continue
		}
		span := map[string]any{"from": i.Next.From, "to": i.Next.To, "purpose": "形貌（演示）", "samples": 1}
		var booked struct {
			ID    string `json:"id"`
			State string `json:"state"`
		}
		if err := lab.post(ctx, "/api/v1/instruments/"+i.ID+"/bookings", "", span, &booked); err != nil {
			return fmt.Errorf("the first booking: %w", err)
		}
		r.say("the laboratory has just booked its next free slot at the %s: %s", i.Title, booked.State)
		mine := func() (string, error) {
			b, err := firm.text(ctx, "/api/v1/bookings")
			return string(b), err
		}
		return r.refuses(ctx, firm, wanted{409, "booking.taken", "from", "(of the slot: no two bookings of one instrument overlap, set-up and clean-up included)"}, mine, func(c *client) error {
			return c.post(ctx, "/api/v1/instruments/"+i.ID+"/bookings", "", span, nil)
		})
	}
	return errors.New("the instrument is not there, or has no free slot")
}

// claims has an order of a province's firm under its yearly voucher served by the laboratory of Shanghai and claimed.
func (r *refusals) claims(ctx context.Context, at, email, yearly, key string) (k caseAnswer, err error) {
	firm, err := signIn(ctx, r.at(at), email)
	if err != nil {
		return k, err
	}
	if k, err = drafts(ctx, firm, yearly, key, asks(Lab)); err != nil {
		return k, err
	}
	if k, err = act(ctx, firm, k.ID, "file", key+"-file", nil); err != nil {
		return k, err
	}
	r.orderID, r.orderNo = k.ID, k.No
	if _, err := r.serves(ctx, nil); err != nil {
		return k, err
	}
	if err := firm.get(ctx, "/api/v1/cases/"+k.ID, &k); err != nil {
		return k, err
	}
	return k, fillClaim(ctx, firm, k, refusedInvoice, asked)
}

func (r *refusals) away(ctx context.Context) error {
	k, err := r.claims(ctx, Anhui, "firm@anhui.example", r.yearly.ID, "refused-order")
	if err != nil {
		return err
	}
	officer, err := signIn(ctx, r.at(Anhui), "review@anhui.example")
	if err != nil {
		return err
	}
	r.claim = k.ID
	approve := func(c *client, key string) error {
		_, err := act(ctx, c, k.ID, "approve", key, map[string]any{"answers": map[string]bool{"for_research": true}})
		return err
	}
	r.cut(Anhui, Shanghai, true)
	defer r.cut(Anhui, Shanghai, false)
	firm, err := signIn(ctx, r.at(Anhui), "firm@anhui.example")
	if err != nil {
		return err
	}
	fresh := !k.has("claim")
	if k, err = act(ctx, firm, k.ID, "claim", "refused-order-claim", nil); err != nil {
		return err
	}
	if !fresh {
		r.say("an earlier tour has claimed already")
		return nil
	}
	r.say("the link between Anhui and Shanghai is cut; the firm claims all the same, and the question goes out when it can")
	if err := r.refuses(ctx, officer, wanted{409, "casework.rule_unknown", "invoice_unused", ""}, r.standing(ctx, officer, Anhui, "finance@anhui.example", k.ID), func(c *client) error { return approve(c, "") }); err != nil {
		return err
	}
	r.cut(Anhui, Shanghai, false)
	if err := wait(ctx, func() (bool, error) {
		err := approve(officer, "refused-order-approve")
		return err == nil, err
	}); err != nil {
		return fmt.Errorf("the link is healed, and the claim is not approved: %w", err)
	}
	r.say("the link is healed: the question went out by itself, Shanghai answered, the same approval goes")
	return nil
}

func (r *refusals) samePerson(ctx context.Context) error {
	officer, err := signIn(ctx, r.at(Anhui), "review@anhui.example")
	if err != nil {
		return err
	}
	var k caseAnswer
	if err := officer.get(ctx, "/api/v1/cases/"+r.claim, &k); err != nil {
		return err
	}
	if k.Stage == "noticed" {
		if err := officer.post(ctx, "/api/v1/demo/clock", "", map[string]any{"days": noticeRuns}, nil); err != nil {
			return err
		}
		r.say("the clock was moved forward by %d days: the public notice has run", noticeRuns)
	}
	admin, err := signIn(ctx, r.at(Anhui), adminOf(Anhui))
	if err != nil {
		return err
	}
	var found struct {
		People []struct {
			ID     string `json:"id"`
			Grants []struct {
				ID   string `json:"id"`
				Role string `json:"role"`
			} `json:"grants"`
		} `json:"people"`
	}
	if err := admin.get(ctx, "/api/v1/people?q=review@anhui.example", &found); err != nil || len(found.People) != 1 {
		return fmt.Errorf("the reviewer's account: %d, %w", len(found.People), err)
	}
	person := "/api/v1/people/" + found.People[0].ID
	if err := admin.post(ctx, person+"/grants", "", map[string]any{"role": "voucher_finance", "region": Anhui}, &found.People[0]); err != nil {
		return fmt.Errorf("give the payment desk: %w", err)
	}
	if officer, err = signIn(ctx, r.at(Anhui), "review@anhui.example"); err != nil {
		return err
	}
	if err := wait(ctx, func() (bool, error) {
		err := officer.get(ctx, "/api/v1/cases/"+k.ID, &k)
		return k.Stage == "ordered", err
	}); err != nil {
		return fmt.Errorf("the payment is not ordered, the case stands in %s: %w", k.Stage, err)
	}
	r.say("the administrator gives the officer who approved the payment desk as well")
	if err := r.refuses(ctx, officer, wanted{403, "casework.same_person", "", "separate: [approve, mark_paid]"}, r.standing(ctx, officer, Anhui, "finance@anhui.example", k.ID), func(c *client) error {
		_, err := act(ctx, c, k.ID, "mark_paid", "", nil)
		return err
	}); err != nil {
		return err
	}
	for _, g := range found.People[0].Grants {
		if g.Role == "voucher_finance" {
			if err := admin.ask(ctx, "DELETE", person+"/grants/"+g.ID, "", nil, nil); err != nil {
				return fmt.Errorf("take the payment desk back: %w", err)
			}
		}
	}
	r.say("and takes it back")
	return nil
}

func (r *refusals) twice(ctx context.Context) error {
	yearly, err := r.tour.yearly(ctx, Jiangsu, JiangsuFirm, "tour-yearly", deed{"firm@jiangsu.example", "submit"}, deed{"review@jiangsu.example", "grant"})
	if err != nil {
		return err
	}
	k, err := r.claims(ctx, Jiangsu, "firm@jiangsu.example", yearly.ID, "tour-twice")
	if err != nil {
		return err
	}
	firm, err := signIn(ctx, r.at(Jiangsu), "firm@jiangsu.example")
	if err != nil {
		return err
	}
	if k, err = act(ctx, firm, k.ID, "claim", "tour-twice-claim", nil); err != nil {
		return err
	}
	officer, err := signIn(ctx, r.at(Jiangsu), "review@jiangsu.example")
	if err != nil {
		return err
	}
	if err := wait(ctx, func() (bool, error) { // until Shanghai's register has answered
		err := officer.get(ctx, "/api/v1/cases/"+k.ID, &k)
		for _, a := range k.Allowed {
			for _, n := range a.Answers {
				if a.Action == "approve" && n.Need == "invoice_unused" && n.Result == "fail" {
					return true, err
				}
			}
		}
		return false, err
	}); err != nil {
		return fmt.Errorf("the register of Shanghai does not answer: %w", err)
	}
	r.say("a firm of Jiangsu claims line 1 of invoice %s, which Anhui's claim has used", refusedInvoice)
	return r.refuses(ctx, officer, wanted{409, "casework.rule_fails", "invoice_unused", ""}, r.standing(ctx, officer, Jiangsu, "finance@jiangsu.example", k.ID), func(c *client) error {
		_, err := act(ctx, c, k.ID, "approve", "", map[string]any{"answers": map[string]bool{"for_research": true}})
		return err
	})
}

// takers is how many firms of Zhejiang are entered: the last of them finds nothing left.
const takers = 26

func (r *refusals) spent(ctx context.Context) error {
	admin, err := signIn(ctx, r.at(Zhejiang), adminOf(Zhejiang))
	if err != nil {
		return err
	}
	rows := map[string][][]string{"organisations": {orgHead}, "marks": {markHead}, "figures": {yearHead}}
	var codes []string
	for i := range takers {
		subject, err := unit.MakeSubject(fmt.Sprintf("DER%05d", i))
		if err != nil {
			return err
		}
		code, err := unit.MakeUSCC("91330100" + subject)
		if err != nil {
			return err
		}
		codes = append(codes, string(code))
		marks, year := sound(string(code))
		rows["organisations"] = append(rows["organisations"], []string{string(code), fmt.Sprintf("西溪零部件有限公司%d（演示）", i+1), fmt.Sprintf("Xixi Parts %d Ltd (demo)", i+1), "firm", "330100", "3491", "2019-01-01", "存续", "", "true", "demo"})
		rows["marks"], rows["figures"] = append(rows["marks"], marks...), append(rows["figures"], year)
	}
	for _, kind := range []string{"organisations", "marks", "figures"} {
		if err := takes(ctx, admin, kind, rows[kind]...); err != nil {
			return err
		}
	}
	firm, err := r.clerk(ctx, Zhejiang, "takers@zhejiang.example", codes...)
	if err != nil {
		return err
	}
	officer, err := signIn(ctx, r.at(Zhejiang), "review@zhejiang.example")
	if err != nil {
		return err
	}
	granted := unit.Fen(0)
	var last caseAnswer
	for i, code := range codes {
		key := fmt.Sprintf("tour-taker-%d", i)
		var k struct {
			caseAnswer
			Amounts map[string]unit.Fen `json:"amounts"`
		}
		if err := firm.post(ctx, "/api/v1/cases", key, map[string]any{"scheme": yearlyScheme, "org": code}, &k); err != nil {
			return err
		}
		if !k.has("submit") {
			if err := firm.put(ctx, "/api/v1/cases/"+k.ID+"/form", map[string]any{"fields": map[string]string{"asked": "200000", "planned_use": "委托检测（演示）", "bank_account": "6222021", "tax_consent": "true"}}, nil); err != nil {
				return err
			}
		}
		if k.caseAnswer, err = act(ctx, firm, k.ID, "submit", key+"-submit", nil); err != nil {
			return fmt.Errorf("firm %d: %w", i+1, err)
		}
		if last = k.caseAnswer; i == takers-1 {
			break
		}
		if _, err = act(ctx, officer, k.ID, "grant", key+"-grant", nil); err != nil {
			return fmt.Errorf("grant to firm %d: %w", i+1, err)
		}
		if err := officer.get(ctx, "/api/v1/cases/"+k.ID, &k); err != nil {
			return err
		}
		granted += k.Amounts["granted"]
	}
	r.say("%d firms of Zhejiang were granted %s yuan together, all of the budget; one more asks", takers-1, granted)
	return r.refuses(ctx, officer, wanted{409, "casework.rule_fails", "budget_left", ""}, r.standing(ctx, officer, Zhejiang, "finance@zhejiang.example", last.ID), func(c *client) error {
		_, err := act(ctx, c, last.ID, "grant", "", nil)
		return err
	})
}
