package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Several payers are a lead case and one payer case in each jurisdiction, since a scheme posts only in its own node's books.
// This file is the lead: it asks the payers, hears how each stands, tells them how it stands itself, and lets go who does not
// stand by its sum. The other side is lead.go. In one node the same is done within the act, between two nodes by letters: what
// each tells is its whole present state with a number that only grows, so a letter that comes late or twice changes nothing.

// Kinds of the letters between a lead and its payers.
const (
	LetterChild      = "case.child"       // lead to payer: a case is asked for
	LetterChildState = "case.child.state" // payer to lead: how its case stands
	LetterLead       = "case.lead"        // lead to payer: how the lead stands
)

const (
	payersMax    = 200  // openings of one case that are read
	payerOwedMax = 100  // letters that one tick makes up for
	payerWaits   = 20   // of a case that are told
	payerTextMax = 2000 // characters of a reason that is told
	payerNameMax = 300  // characters of a name or of what a stage is called
)

// PayerNews is how a payer's case stands, as its node tells the lead.
type PayerNews struct {
	Opening unit.ID      `json:"opening"`
	Seq     int64        `json:"seq"` // only grows
	Case    unit.ID      `json:"case"`
	No      string       `json:"no"`
	Scheme  string       `json:"scheme"`
	Edition string       `json:"edition"`
	Digest  string       `json:"digest"` // of the edition
	State   string       `json:"state"`  // one of scheme.PayerStates
	Fen     unit.Fen     `json:"fen"`    // that it stands by; 0 where it does not
	Words   fault.Words  `json:"words"`  // of the stage
	End     scheme.End   `json:"end,omitempty"`
	Reason  string       `json:"reason,omitempty"` // that was given with the last step
	Since   time.Time    `json:"since"`
	Waits   []ShadowWait `json:"waits,omitempty"`
}

// LeadNews is how a lead stands, as its node tells a payer.
type LeadNews struct {
	Opening unit.ID        `json:"opening"`
	Seq     int64          `json:"seq"` // only grows
	No      string         `json:"no"`
	Scheme  string         `json:"scheme"`
	Edition string         `json:"edition"`
	Digest  string         `json:"digest"`
	Title   fault.Words    `json:"title"`
	Org     string         `json:"org"`
	OrgName fault.Words    `json:"org_name"`
	Home    string         `json:"home"` // region code of its jurisdiction
	Stage   string         `json:"stage"`
	Words   fault.Words    `json:"words"`
	End     scheme.End     `json:"end,omitempty"`
	Gone    bool           `json:"gone,omitempty"` // this payer was let go
	Done    map[string]int `json:"done,omitempty"` // how often each action was taken
	Opened  unit.Day       `json:"opened"`
	Since   time.Time      `json:"since"`
	Waits   []ShadowWait   `json:"waits,omitempty"`
	Payers  []PayerLine    `json:"payers,omitempty"` // all of them, itself too
}

// PayerLine is one payer as the others are told of it.
type PayerLine struct {
	Payer string   `json:"payer"`
	State string   `json:"state"`
	Asked unit.Fen `json:"asked"`
	Fen   unit.Fen `json:"fen"`
	Gone  bool     `json:"gone,omitempty"`
}

// ChildLetter asks a payer's node for a case.
type ChildLetter struct {
	Run    string                  `json:"run"`   // the scheme that the payer runs
	Payer  string                  `json:"payer"` // region code
	Org    string                  `json:"org"`   // whose case it is
	Asked  unit.Fen                `json:"asked"`
	Fields map[string]scheme.Value `json:"fields"`
	Lead   LeadNews                `json:"lead"`
}

// Payer is what a lead case asked of one payer, and how that stands.
type Payer struct {
	ID      unit.ID
	Lead    unit.ID
	Entry   string
	Row     int
	Payer   string // region code of the jurisdiction
	Node    string // that answers for it
	Org     string
	OrgName fault.Words
	Asked   unit.Fen
	State   string
	Fen     unit.Fen // that it stands by
	Gone    bool
	News    PayerNews // the zero news before it answered
	Opened  time.Time
	Changed time.Time
	Owed    bool // something is still to be written to it
	Here    bool // its case lives in this node

	given  map[string]scheme.Value
	seq    int64
	letter unit.ID
	told   int64
	digest string
}

// askPayers opens a case in each payer's jurisdiction that has none which goes on or stands by its sum.
func (s *Service) askPayers(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case, entry string, ch scheme.Children) error {
	newest, err := s.newestPayers(ctx, tx, c.ID, entry)
	if err != nil {
		return err
	}
	rows := billRows(ch, c)
	if len(rows) == 0 {
		return fault.New(fault.Invalid, "casework.payer_none").On(fieldOf(ch.OneFor))
	}
	for i, row := range rows {
		given, err := s.given(ctx, tx, sch, c, ch, row)
		if err != nil {
			return err
		}
		was, opened := newest[i+1]
		again := was.State == scheme.PayerRefused || was.State == scheme.PayerWithdrawn
		switch {
		case opened && (was.Gone || !again && sameFields(given, was.given)):
			continue
		case opened && !again:
			return fault.New(fault.Conflict, "casework.bill_changed", "row", i+1, "no", was.News.No)
		}
		p := Payer{ID: unit.NewID(tx.Now()), Lead: c.ID, Entry: entry, Row: i + 1, Payer: row.Entry(columnOf(ch.Payer)).Text, Org: c.Org,
			Asked: row.Entry(columnOf(ch.Sum)).Fen(), State: scheme.PayerAsked, Opened: tx.Now(), Changed: tx.Now(), given: given}
		if org := row.Entry(columnOf(ch.For)); org.Known() {
			p.Org = org.Text
		}
		if err := s.askPayer(ctx, tx, who, sch, c, ch, &p); err != nil {
			return fmt.Errorf("payer %d of case %s: %w", p.Row, c.No, fault.Of(err).On(fieldOf(ch.OneFor)))
		}
	}
	for no, was := range newest {
		if no > len(rows) && !was.Gone && was.News.End == "" {
			return fault.New(fault.Conflict, "casework.bill_changed", "row", no, "no", was.News.No)
		}
	}
	return nil
}

// askPayer asks one payer: in this node within the act, else by a letter that leaves if and only if the act is done.
func (s *Service) askPayer(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, c Case, ch scheme.Children, p *Payer) (err error) {
	if p.Node, err = s.payerNode(unit.Region(p.Payer)); err != nil {
		return err
	}
	if p.Asked < 0 || p.Payer == "" {
		return fault.New(fault.Invalid, "casework.payer_row", "row", p.Row)
	}
	news, err := s.leadNews(ctx, tx, sch, c, *p)
	if err != nil {
		return err
	}
	news.Seq = 1
	p.told = 1
	b := ChildLetter{Run: ch.Scheme, Payer: p.Payer, Org: p.Org, Asked: p.Asked, Fields: p.given, Lead: news}
	if p.Node != s.c.Self {
		p.letter, p.Owed, err = s.sendOrOwe(ctx, tx, p.Node, LetterChild, b)
		if err != nil {
			return err
		}
		return insertPayer(ctx, tx, *p)
	}
	if err := insertPayer(ctx, tx, *p); err != nil {
		return err
	}
	_, err = s.beginChild(ctx, tx, who, s.c.Self, c.ID, b)
	return err
}

// payerNode is the node that answers for a jurisdiction.
func (s *Service) payerNode(region unit.Region) (string, error) {
	if s.c.Letters == nil {
		return s.c.Self, nil
	}
	node := s.c.Letters.HostOf(region)
	if node == "" {
		return "", fault.New(fault.Unavailable, "casework.payer_nobody", "region", string(region))
	}
	return node, nil
}

// sendOrOwe sends a letter in the act. One that cannot be written now is owed: a tick makes up for it.
func (s *Service) sendOrOwe(ctx context.Context, tx *db.Tx, node, kind string, body any) (id unit.ID, owed bool, err error) {
	id, err = s.c.Letters.Send(ctx, tx, node, kind, federation.Voucher{}, body)
	if k := fault.KindOf(err); k == fault.TooMany || k == fault.Unavailable || k == fault.NotFound {
		return "", true, nil
	}
	return id, false, err
}

func fieldOf(fact string) string {
	f, _, _ := scheme.CutForm(fact)
	return f
}

func columnOf(fact string) string {
	_, column, _ := scheme.CutForm(fact)
	return column
}

// newestPayers are the newest openings of an entry, by the number of their row.
func (s *Service) newestPayers(ctx context.Context, tx *db.Tx, lead unit.ID, entry string) (map[int]Payer, error) {
	all, err := selectPayers(ctx, tx, lead)
	if err != nil {
		return nil, fmt.Errorf("payers of case %s: %w", lead, err)
	}
	out := map[int]Payer{}
	for _, p := range all { // oldest first
		if p.Entry == entry {
			out[p.Row] = p
		}
	}
	return out, nil
}

// payersFact counts the payers of an entry that were not let go.
func (w *world) payersFact(entry, part string, ch scheme.Children, args []scheme.Value) (v scheme.Value, err error) {
	newest, err := w.s.newestPayers(w.ctx, w.tx, w.c.ID, entry)
	if err != nil {
		return v, err
	}
	n, agreed := int64(0), unit.Fen(0)
	if part == "missing" && len(args) == 1 {
		for no := range billRows(ch, w.c) {
			if p, opened := newest[no+1]; !opened || !p.Gone && !scheme.PayerReached(p.State, args[0].Text) {
				n++
			}
		}
		return scheme.CountValue(n), nil
	}
	for _, p := range newest {
		if p.Gone {
			continue
		}
		if part == "all" || part == "open" && p.News.End == "" && p.State != scheme.PayerRefused || p.State == part {
			n++
		}
		if scheme.PayerStands(p.State) {
			agreed += p.Fen
		}
	}
	if part == "agreed" {
		return scheme.MoneyValue(agreed), nil
	}
	return scheme.CountValue(n), nil
}

// letGo lets go, at an action, every payer that does not stand by its sum.
func (s *Service) letGo(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, action string) error {
	for entry, ch := range sch.Cases.All() {
		if !slices.Contains(ch.LetsGo, action) {
			continue
		}
		newest, err := s.newestPayers(ctx, tx, c.ID, entry)
		if err != nil {
			return err
		}
		for _, p := range newest {
			if p.Gone || scheme.PayerStands(p.State) || p.State == scheme.PayerClawedBack {
				continue
			}
			p.Gone, p.Changed = true, tx.Now()
			if err := updatePayer(ctx, tx, p); err != nil {
				return fmt.Errorf("let go payer %s of case %s: %w", p.Payer, c.No, err)
			}
		}
	}
	return nil
}

// tellPayers tells every payer what is new of the lead, in the act that changed it.
func (s *Service) tellPayers(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	if !hasPayers(sch) {
		return nil
	}
	all, err := selectPayers(ctx, tx, c.ID)
	if err != nil {
		return fmt.Errorf("payers of case %s: %w", c.No, err)
	}
	for _, p := range all {
		if err := s.tellPayer(ctx, tx, sch, c, p); err != nil {
			return fmt.Errorf("tell payer %s of case %s: %w", p.Payer, c.No, err)
		}
	}
	return nil
}

func hasPayers(sch *scheme.Scheme) bool {
	for _, ch := range sch.Cases.All() {
		if ch.Payers() {
			return true
		}
	}
	return false
}

func (s *Service) tellPayer(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, p Payer) error {
	if p.letter == "" && p.Node != s.c.Self { // it was never asked: the letter was owed
		ch, _ := sch.Cases.Get(p.Entry)
		news, err := s.leadNews(ctx, tx, sch, c, p)
		if err != nil {
			return err
		}
		news.Seq = p.told
		if p.letter, p.Owed, err = s.sendOrOwe(ctx, tx, p.Node, LetterChild, ChildLetter{Run: ch.Scheme, Payer: p.Payer, Org: p.Org, Asked: p.Asked, Fields: p.given, Lead: news}); err != nil {
			return err
		}
		return updatePayer(ctx, tx, p)
	}
	if p.seq > 0 && p.News.Case == "" { // it refused to open a case, and knows of none
		return nil
	}
	news, err := s.leadNews(ctx, tx, sch, c, p)
	if err != nil {
		return err
	}
	digest, err := digestOf(news)
	if err != nil || digest == p.digest && !p.Owed {
		return err
	}
	p.told, p.digest = p.told+1, digest
	news.Seq = p.told
	if p.Node == s.c.Self {
		if _, err := s.hearLead(ctx, tx, p.Node, news); err != nil {
			return err
		}
		return updatePayer(ctx, tx, p)
	}
	if _, p.Owed, err = s.sendOrOwe(ctx, tx, p.Node, LetterLead, news); err != nil {
		return err
	}
	return updatePayer(ctx, tx, p)
}

// digestOf names what is told, to tell nothing twice.
func digestOf(x any) (string, error) {
	b, err := json.Marshal(x)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}

// leadNews is how a lead stands for one of its payers; its number is the caller's to give.
func (s *Service) leadNews(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, p Payer) (n LeadNews, err error) {
	o, err := s.c.Registry.Org(ctx, tx, c.Org)
	if err != nil {
		return n, fmt.Errorf("organisation of case %s: %w", c.No, err)
	}
	n = LeadNews{Opening: p.ID, No: c.No, Scheme: c.Scheme, Edition: c.Edition, Digest: c.EditionDigest, Title: sch.Title, Org: c.Org, OrgName: o.Name,
		Home: sch.Jurisdiction, Stage: c.Stage, Words: sch.Say(c.Stage), End: c.End, Gone: p.Gone, Done: map[string]int{}, Opened: s.today(c.Opened), Since: c.Changed}
	for _, h := range c.History {
		n.Done[h.Action]++
	}
	if n.Waits, err = s.waitsTold(ctx, tx, sch, c); err != nil {
		return n, err
	}
	all, err := selectPayers(ctx, tx, c.ID)
	if err != nil {
		return n, err
	}
	for _, x := range newestOf(all) {
		n.Payers = append(n.Payers, PayerLine{x.Payer, x.State, x.Asked, x.Fen, x.Gone})
	}
	return n, nil
}

// newestOf leaves out openings in whose place a newer one has come.
func newestOf(all []Payer) (out []Payer) {
	for i, p := range all {
		if !slices.ContainsFunc(all[i+1:], func(q Payer) bool { return q.Entry == p.Entry && q.Row == p.Row }) {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b Payer) int {
		if a.Entry != b.Entry {
			return 1
		}
		return a.Row - b.Row
	})
	return out
}

// waitsTold are who has to act in a case, as another node is told.
func (s *Service) waitsTold(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) (out []ShadowWait, err error) {
	if c.End != "" {
		return nil, nil
	}
	all, err := s.waits(ctx, tx, sch, c)
	for _, w := range all[:min(len(all), payerWaits)] {
		out = append(out, ShadowWait{w.Words, w.ActionWords, w.Due, w.Provisional, w.Role == "clock"})
	}
	return out, err
}

// HearChild takes the answer to a letter that asks for a case: how the case stands that was opened, or why none was.
func (s *Service) HearChild(ctx context.Context, tx *db.Tx, l federation.Letter) error {
	var asked ChildLetter
	if err := json.Unmarshal(l.Body, &asked); err != nil {
		return fmt.Errorf("letter %s: %w", l.ID, err)
	}
	p, err := selectPayer(ctx, tx, asked.Lead.Opening)
	if db.NoRows(err) {
		return nil
	}
	if err != nil {
		return err
	}
	n := PayerNews{Opening: p.ID, Seq: 1, Since: tx.Now(), State: scheme.PayerRefused, End: scheme.Refused, Words: l.Refusal, Reason: l.Code}
	if l.State != federation.LetterRefused {
		if err := json.Unmarshal(l.Answer, &n); err != nil || n.check(p) != nil {
			n = PayerNews{Opening: p.ID, Seq: 1, Since: tx.Now(), State: scheme.PayerRefused, End: scheme.Refused, Reason: "casework.payer_form",
				Words: fault.Words{"对方节点的答复读不懂", "the answer of the other node cannot be read"}}
		}
	}
	return s.heard(ctx, tx, p, n)
}

// TakeChildState hears how a payer's case stands, in the act that takes its letter. Only the node that was asked is heard, and
// nothing that it could not mean.
func (s *Service) TakeChildState(ctx context.Context, tx *db.Tx, l federation.Letter) (any, error) {
	var n PayerNews
	if err := json.Unmarshal(l.Body, &n); err != nil {
		return nil, fault.New(fault.Invalid, "casework.payer_form").Because(err)
	}
	p, err := selectPayer(ctx, tx, n.Opening)
	if db.NoRows(err) || err == nil && p.Node != l.Peer {
		return nil, fault.New(fault.NotFound, "casework.payer_unknown")
	}
	if err != nil {
		return nil, err
	}
	if err := n.check(p); err != nil {
		return nil, err
	}
	return seqAnswer{max(n.Seq, p.seq)}, s.heard(ctx, tx, p, n)
}

func toldNobody(context.Context, *db.Tx, *scheme.Scheme, Case) error { return nil }

type seqAnswer struct {
	Seq int64 `json:"seq"`
}

// check refuses what a payer cannot say: a state that there is not, a sum above what it was asked for, another case than before.
func (n PayerNews) check(p Payer) error {
	_, err := unit.ParseID(string(n.Case))
	switch {
	case err != nil, n.Seq < 1, n.Opening != p.ID, len([]rune(n.Reason)) > payerTextMax, len(n.Waits) > payerWaits,
		!slices.Contains(scheme.PayerStates, n.State), !short(n.No, n.Scheme, n.Edition, n.Digest, n.Words[0], n.Words[1]), p.News.Case != "" && p.News.Case != n.Case:
		return fault.New(fault.Invalid, "casework.payer_form")
	case n.Fen < 0, p.Asked > 0 && n.Fen > p.Asked, !scheme.PayerStands(n.State) && n.Fen != 0:
		return fault.New(fault.Invalid, "casework.payer_sum", "asked", p.Asked, "sum", n.Fen)
	}
	return nil
}

// short says whether what another node calls things is as long as a name.
func short(all ...string) bool {
	return !slices.ContainsFunc(all, func(t string) bool { return len([]rune(t)) > payerNameMax })
}

// keep writes down what a payer said last.
func (p Payer) keep(ctx context.Context, tx *db.Tx, n PayerNews) error {
	p.seq, p.News, p.State, p.Fen, p.Changed = n.Seq, n, n.State, n.Fen, tx.Now()
	return updatePayer(ctx, tx, p)
}

// heard keeps what a payer said, tells the other payers, and goes on with the lead. An older word than is known changes nothing.
func (s *Service) heard(ctx context.Context, tx *db.Tx, p Payer, n PayerNews) error {
	if n.Seq <= p.seq {
		return nil
	}
	if err := p.keep(ctx, tx, n); err != nil {
		return fmt.Errorf("payer %s: %w", p.ID, err)
	}
	if err := s.goOn(ctx, tx, p.Lead, toldNobody); err != nil {
		return err
	}
	c, sch, err := s.load(ctx, tx, p.Lead)
	if err != nil {
		return err
	}
	return s.tellPayers(ctx, tx, sch, c)
}

// owedPayers makes up for letters that could not be written when their cases changed.
func (s *Service) owedPayers(ctx context.Context) (done int, err error) {
	if s.c.Letters == nil {
		return 0, nil
	}
	var leads, children []unit.ID
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if leads, err = selectOwedPayers(ctx, tx, payerOwedMax); err != nil {
			return err
		}
		children, err = selectOwedLeads(ctx, tx, payerOwedMax)
		return err
	}); err != nil {
		return 0, fmt.Errorf("letters to payers and leads that are owed: %w", err)
	}
	for _, x := range []struct {
		ids  []unit.ID
		tell func(context.Context, *db.Tx, *scheme.Scheme, Case) error
	}{{leads, s.tellPayers}, {children, s.tellLead}} {
		for _, id := range x.ids {
			if err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
				c, sch, err := s.load(ctx, tx, id)
				if err != nil {
					return err
				}
				return x.tell(ctx, tx, sch, c)
			}); err != nil {
				return 0, err
			}
		}
	}
	return 0, nil
}
