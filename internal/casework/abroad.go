package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// A case lives in one node. This file is its home: what a party whose organisation another node hosts may see goes there as
// a shadow, with every change. The other side is shadow.go; what such a party does comes back by abroad_act.go.

// Kinds of the letters about cases.
const (
	LetterShadow = "case.shadow" // home to the party's node: how the case stands
	LetterAct    = "case.act"    // the party's node to home: what somebody there wants to do
)

const (
	abroadRole     = "org_member" // as which a party abroad sees a case: what any member of the organisation sees
	abroadMax      = 20           // parties abroad of one case
	abroadStepsMax = 100          // newest steps that a shadow shows
	abroadBytesMax = 200 << 10    // of a shadow; a longer one leaves out texts, then fields
	abroadTextMax  = 500          // characters of a value in a shadow that is too long
	abroadOwedMax  = 100          // shadows that one tick makes up for
)

// Letters carries what nodes of other parties have to know. Send is part of the caller's act: the letter leaves if and only
// if the act does, in the order of sending to one node, again and again until it is answered. HostOf is the node that hosts
// the organisations of a region; "" is nobody that is known. It may be called concurrently.
type Letters interface {
	Send(ctx context.Context, tx *db.Tx, to, kind string, by federation.Voucher, body any) (unit.ID, error)
	HostOf(region unit.Region) string
	// FetchFile asks a node for a file that it keeps, for a person who wants to see it now.
	FetchFile(ctx context.Context, q federation.FileRequest) ([]byte, error)
}

// Shadow is a case as a party abroad may see it: what its home lets that party see, and nothing else.
type Shadow struct {
	Case    unit.ID        `json:"case"`
	Seq     int64          `json:"seq"` // only grows
	Org     string         `json:"org"` // the party that it is for
	Gone    bool           `json:"gone,omitempty"`
	No      string         `json:"no,omitempty"`
	Scheme  string         `json:"scheme,omitempty"`
	Edition string         `json:"edition,omitempty"`
	Digest  string         `json:"digest,omitempty"` // of the edition
	Title   fault.Words    `json:"title,omitzero"`
	Firm    string         `json:"firm,omitempty"` // whose case it is; "" where that is not shown
	Name    fault.Words    `json:"name,omitzero"`
	Demo    bool           `json:"demo,omitempty"`
	Roles   []fault.Words  `json:"roles,omitempty"` // that the party plays
	Stage   string         `json:"stage,omitempty"`
	Words   fault.Words    `json:"words,omitzero"` // of the stage
	End     scheme.End     `json:"end,omitempty"`
	Version int64          `json:"version,omitempty"` // of the case
	Opened  time.Time      `json:"opened,omitzero"`
	Changed time.Time      `json:"changed,omitzero"`
	Waits   []ShadowWait   `json:"waits,omitempty"`
	Steps   []ShadowStep   `json:"steps,omitempty"`
	Fields  []ShadowField  `json:"fields,omitempty"`
	Actions []ShadowAction `json:"actions,omitempty"`
	Sums    []ShadowSum    `json:"sums,omitempty"`
	Files   []ShadowFile   `json:"files,omitempty"`
	Short   bool           `json:"short,omitempty"` // texts or fields were left out: it was too long for a letter
}

// ShadowWait is who has to act, and until when.
type ShadowWait struct {
	Words       fault.Words `json:"words"`
	ActionWords fault.Words `json:"action"`
	Due         time.Time   `json:"due,omitzero"`
	Provisional bool        `json:"provisional,omitempty"`
	Clock       bool        `json:"clock,omitempty"`
}

// ShadowStep is one thing that happened.
type ShadowStep struct {
	At      time.Time   `json:"at"`
	Words   fault.Words `json:"words"`
	ToWords fault.Words `json:"to"`
	Role    fault.Words `json:"role,omitzero"`
	Reason  string      `json:"reason,omitempty"`
	Person  unit.ID     `json:"person,omitempty"` // of the party itself: the id that its node vouched for
}

// ShadowField is one field of the form: what stands there, and, where the party fills it in, what can.
type ShadowField struct {
	Section fault.Words   `json:"section"`
	Name    string        `json:"name"`
	Words   fault.Words   `json:"words"`
	Type    string        `json:"type"`
	Shown   fault.Words   `json:"shown,omitzero"`
	Value   scheme.Value  `json:"value,omitzero"`
	Mine    bool          `json:"mine,omitempty"`
	Needed  bool          `json:"needed,omitempty"`
	Of      []ShadowPick  `json:"of,omitempty"`
	Columns []ShadowField `json:"columns,omitempty"`
}

// ShadowPick is one choice of a field.
type ShadowPick struct {
	Value string      `json:"value"`
	Words fault.Words `json:"words"`
}

// ShadowAction is something that the party may do now.
type ShadowAction struct {
	Action      string         `json:"action"`
	Words       fault.Words    `json:"words"`
	ToWords     fault.Words    `json:"to"`
	Ends        bool           `json:"ends,omitempty"`
	NeedsReason bool           `json:"reason,omitempty"`
	Due         time.Time      `json:"due,omitzero"`
	Rules       []ShadowAnswer `json:"rules,omitempty"`
	Asks        []ShadowPick   `json:"asks,omitempty"` // rules that are answered with yes or no
	Goes        bool           `json:"goes,omitempty"`
}

// ShadowAnswer is how a rule answers now.
type ShadowAnswer struct {
	Need   string        `json:"need"`
	Words  fault.Words   `json:"words"`
	Result scheme.Result `json:"result"`
}

// ShadowSum is a sum that the case has fixed.
type ShadowSum struct {
	Name  string      `json:"name"`
	Words fault.Words `json:"words"`
	Fen   unit.Fen    `json:"fen"`
}

// ShadowFile is a file of the case. Its bytes stay where they were brought.
type ShadowFile struct {
	Digest string `json:"digest"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	Here   bool   `json:"here,omitempty"` // in the node of the party; else at home
}

// party is an organisation that plays a role in a case and is hosted by another node.
type party struct {
	org, node string
	roles     []fault.Words
}

// abroad are the parties of a case that other nodes host.
func (s *Service) abroad(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) (out []party, err error) {
	if s.c.Letters == nil {
		return nil, nil
	}
	for name, r := range sch.Roles.All() {
		org := partyOf(c, r)
		if r.Party == "" || org == "" || org == c.Org && r.Party == "firm" {
			continue
		}
		if i := slices.IndexFunc(out, func(p party) bool { return p.org == org }); i >= 0 {
			out[i].roles = append(out[i].roles, sch.Say(name))
			continue
		}
		node, err := s.hostOf(ctx, tx, org)
		if err != nil {
			return nil, err
		}
		if node != "" && node != s.c.Self && len(out) < abroadMax {
			out = append(out, party{org, node, []fault.Words{sch.Say(name)}})
		}
	}
	return out, nil
}

// hostOf is the node that hosts an organisation: that of its region. One that the registry does not know is hosted by nobody.
func (s *Service) hostOf(ctx context.Context, tx *db.Tx, org string) (string, error) {
	o, err := s.c.Registry.Org(ctx, tx, org)
	if fault.KindOf(err) == fault.NotFound {
		return "", nil
	}
	return s.c.Letters.HostOf(o.Region), err
}

// tellAbroad sends the shadow of a case to the parties abroad who see something new in it, in the act that changed it. Before
// the first step nobody is told: what is not filed is the applicant's alone.
func (s *Service) tellAbroad(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	if s.c.Letters == nil || len(c.History) == 0 || !hasParties(sch) {
		return nil
	}
	parties, err := s.abroad(ctx, tx, sch, c)
	if err != nil {
		return fmt.Errorf("parties of case %s abroad: %w", c.No, err)
	}
	told, err := selectAbroad(ctx, tx, c.ID)
	if err != nil {
		return fmt.Errorf("who was told of case %s: %w", c.No, err)
	}
	for _, p := range parties {
		x, err := s.shadowOf(ctx, tx, sch, c, p)
		if err != nil {
			return fmt.Errorf("shadow of case %s for %s: %w", c.No, p.org, err)
		}
		if err := s.sendShadow(ctx, tx, c.ID, p, x, told[p.node+"/"+p.org]); err != nil {
			return fmt.Errorf("shadow of case %s to %s: %w", c.No, p.node, err)
		}
		delete(told, p.node+"/"+p.org)
	}
	for _, t := range told { // who was a party and is none any more
		if t.gone && !t.owed {
			continue
		}
		if err := s.sendShadow(ctx, tx, c.ID, party{org: t.org, node: t.node}, Shadow{Case: c.ID, Org: t.org, Gone: true}, t); err != nil {
			return fmt.Errorf("end of the shadow of case %s in %s: %w", c.No, t.node, err)
		}
	}
	return nil
}

func hasParties(sch *scheme.Scheme) bool {
	for _, r := range sch.Roles.All() {
		if strings.HasPrefix(r.Party, "form.") {
			return true
		}
	}
	return false
}

// sendShadow sends a shadow that shows something new. A letter that cannot be written now stops nothing here: it is owed.
func (s *Service) sendShadow(ctx context.Context, tx *db.Tx, id unit.ID, p party, x Shadow, was told) error {
	x.Seq = 0
	b, err := json.Marshal(x)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(b)
	digest := hex.EncodeToString(sum[:])
	if was.digest == digest && !was.owed {
		return nil
	}
	now := told{caseID: id, node: p.node, org: p.org, seq: was.seq + 1, digest: digest, at: tx.Now(), gone: x.Gone}
	x.Seq = now.seq
	now.letter, err = s.c.Letters.Send(ctx, tx, p.node, LetterShadow, federation.Voucher{}, x)
	if k := fault.KindOf(err); k == fault.TooMany || k == fault.Unavailable || k == fault.NotFound {
		now = told{caseID: id, node: p.node, org: p.org, seq: was.seq, letter: was.letter, at: was.at, owed: true, gone: x.Gone}
	} else if err != nil {
		return err
	}
	return putAbroad(ctx, tx, now)
}

// owedAbroad makes up for shadows that could not be written when their cases changed.
func (s *Service) owedAbroad(ctx context.Context) (done int, err error) {
	if s.c.Letters == nil {
		return 0, nil
	}
	var ids []unit.ID
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		ids, err = selectOwed(ctx, tx, abroadOwedMax)
		return err
	}); err != nil {
		return 0, fmt.Errorf("shadows that are owed: %w", err)
	}
	for _, id := range ids {
		if err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
			c, sch, err := s.load(ctx, tx, id)
			if err != nil {
				return err
			}
			return s.tellAbroad(ctx, tx, sch, c)
		}); err != nil {
			return done, err
		}
	}
	return 0, nil // what is still owed waits for the next tick
}

// asParty is somebody of an organisation, as far as a shadow goes: what the organisation's people would see at home.
func asParty(org string) access.Actor {
	return access.Actor{Person: "abroad", Name: "abroad", Session: "abroad", Grants: []access.Grant{{Role: abroadRole, Org: org}}, Strong: true}
}

// shadowOf is a case as a party abroad may see it.
func (s *Service) shadowOf(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, whole Case, p party) (x Shadow, err error) {
	who := asParty(p.org)
	if err := s.label(ctx, tx, sch, &whole); err != nil {
		return x, err
	}
	c, err := s.shown(ctx, tx, who, whole)
	if err != nil {
		return x, err
	}
	x = Shadow{Case: c.ID, Org: p.org, No: c.No, Scheme: c.Scheme, Edition: c.Edition, Digest: c.EditionDigest, Title: sch.Title, Firm: c.Org,
		Name: c.OrgName, Demo: c.Synthetic, Roles: p.roles, Stage: c.Stage, Words: sch.Say(c.Stage), End: c.End, Version: whole.Version, Opened: c.Opened, Changed: c.Changed}
	if c.End == "" {
		for _, w := range c.Waits {
			x.Waits = append(x.Waits, ShadowWait{w.Words, w.ActionWords, w.Due, w.Provisional, w.Role == "clock"})
		}
	}
	for _, h := range c.History[max(0, len(c.History)-abroadStepsMax):] {
		step := ShadowStep{At: h.At, Words: sch.Say(h.Action), ToWords: sch.Say(h.To), Reason: h.Reason}
		if h.Role != "" {
			step.Role = sch.Say(h.Role)
		}
		if person, theirs := strings.CutPrefix(string(h.Person), p.node+":"); theirs {
			step.Person = unit.ID(person)
		}
		x.Steps = append(x.Steps, step)
	}
	if err := s.shadowForm(ctx, tx, sch, who, c, &x); err != nil {
		return x, err
	}
	if x.Actions, err = s.shadowActions(ctx, tx, sch, who, whole); err != nil {
		return x, err
	}
	for _, name := range sch.Amounts.Names() {
		if fen, fixed := c.Purse.Sums[name]; fixed {
			x.Sums = append(x.Sums, ShadowSum{name, sch.Say(name), fen})
		}
	}
	if err := s.shadowFiles(ctx, tx, who, whole, p, &x); err != nil {
		return x, err
	}
	return x.fitted()
}

// shadowForm are the fields that the party sees or fills in.
func (s *Service) shadowForm(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, who access.Actor, c Case, x *Shadow) error {
	fills, needed := s.Fills(who, c), s.neededNow(sch, c, who)
	for _, sec := range sch.Form.Sections {
		for _, f := range sec.Fields {
			v := c.Fields[f.Name]
			if !v.Known() && !fills[f.Name] {
				continue
			}
			shown, err := s.said(ctx, tx, sch, v)
			if err != nil {
				return err
			}
			one := fieldShadow(sch, f)
			one.Section, one.Shown, one.Mine, one.Needed = sec.Words, shown, fills[f.Name], needed[f.Name]
			if one.Mine || v.Kind == scheme.File || v.Kind == scheme.List {
				one.Value = v
			}
			x.Fields = append(x.Fields, one)
		}
	}
	return nil
}

func fieldShadow(sch *scheme.Scheme, f scheme.Field) ShadowField {
	out := ShadowField{Name: f.Name, Words: f.Words, Type: f.Type}
	for _, v := range f.Of {
		out.Of = append(out.Of, ShadowPick{v, sch.Say(v)})
	}
	for _, sub := range f.Fields {
		out.Columns = append(out.Columns, fieldShadow(sch, sub))
	}
	return out
}

// said is a value in words: an organisation by its name, a choice by what it is called.
func (s *Service) said(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, v scheme.Value) (fault.Words, error) {
	switch {
	case !v.Known(), v.Kind == scheme.File:
		return fault.Words{}, nil
	case v.Kind == scheme.Org:
		o, err := s.c.Registry.Org(ctx, tx, v.Text)
		if err == nil {
			return o.Name, nil
		}
		if fault.KindOf(err) != fault.NotFound {
			return fault.Words{}, err
		}
	case v.Kind == scheme.List && len(v.List) > 0 && v.List[0].Kind == scheme.File:
		return fault.Words{}, nil
	case v.Kind == scheme.List && len(v.List) > 0 && v.List[0].Kind == scheme.Group:
		return s.joined(ctx, tx, sch, v, func(int) fault.Words { return fault.Words{} }, fault.Words{"\n", "\n"})
	case v.Kind == scheme.Group:
		return s.joined(ctx, tx, sch, v, func(i int) fault.Words {
			col := sch.ColumnWords(v.Keys[i])
			return fault.Words{col[0] + "：", col[1] + ": "}
		}, fault.Words{"；", "; "})
	}
	return fault.Words{sch.Show(v, fault.ZH), sch.Show(v, fault.EN)}, nil
}

// joined is what the parts of a value say, each behind a head.
func (s *Service) joined(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, v scheme.Value, head func(int) fault.Words, between fault.Words) (out fault.Words, err error) {
	for i, x := range v.List {
		w, err := s.said(ctx, tx, sch, x)
		if err != nil {
			return out, err
		}
		for lang, h := range head(i) {
			if i > 0 {
				out[lang] += between[lang]
			}
			out[lang] += h + w[lang]
		}
	}
	return out, nil
}

// shadowActions are what a party may do now, by the role that the case gives to the organisation and by no other.
func (s *Service) shadowActions(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, who access.Actor, c Case) (out []ShadowAction, err error) {
	if c.End != "" {
		return nil, nil
	}
	v, err := s.veilFor(ctx, tx, sch, who, c)
	if err != nil {
		return nil, err
	}
	for _, row := range sch.RowsFrom(c.Stage) {
		p, mine := s.plays(sch, c, who, row)
		if r, _ := sch.Roles.Get(p.role); !row.ByPerson() || !mine || r.Party == "" {
			continue
		}
		a, err := s.allowed(ctx, tx, sch, c, who, row, p)
		if err != nil {
			return nil, err
		}
		_, ends := sch.IsEnd(row.To)
		one := ShadowAction{Action: a.Action, Words: a.Words, ToWords: a.ToWords, Ends: ends, NeedsReason: a.NeedsReason, Due: a.Due, Goes: a.Judgement.Goes && a.Refused == nil}
		for _, y := range v.judgement(a.Judgement).Answers {
			if y.Need != "reason" {
				one.Rules = append(one.Rules, ShadowAnswer{y.Need, y.Words, y.Result})
			}
		}
		for _, ask := range a.Asks {
			one.Asks = append(one.Asks, ShadowPick{ask.Rule, ask.Words})
		}
		out = append(out, one)
	}
	return out, nil
}

// shadowFiles are the files that the party may see: digest, name, type and size, never the bytes.
func (s *Service) shadowFiles(ctx context.Context, tx *db.Tx, who access.Actor, c Case, p party, x *Shadow) error {
	all, err := selectAllAttached(ctx, tx, c.ID)
	if err != nil || len(all) == 0 {
		return err
	}
	named := map[string]bool{}
	for _, f := range x.Fields {
		for _, v := range parts(f.Value) {
			if v.Kind == scheme.File {
				named[v.Text] = true
			}
		}
	}
	for _, a := range all {
		if !named[string(a.Digest)] || a.kept != "" && a.node == "" {
			continue
		}
		x.Files = append(x.Files, ShadowFile{string(a.Digest), a.Name, a.Type, a.Size, a.node == p.node})
	}
	return nil
}

// fitted is a shadow that fits into a letter.
func (x Shadow) fitted() (Shadow, error) {
	fits := func() (bool, error) {
		b, err := json.Marshal(x)
		return len(b) <= abroadBytesMax, err
	}
	cut := func(w fault.Words) fault.Words {
		for i, t := range w {
			if r := []rune(t); len(r) > abroadTextMax {
				w[i] = string(r[:abroadTextMax]) + "…"
			}
		}
		return w
	}
	for _, shorten := range []func(){
		func() {},
		func() {
			for i := range x.Fields {
				if f := &x.Fields[i]; !f.Mine {
					f.Shown = cut(f.Shown)
				}
			}
			for i := range x.Steps {
				x.Steps[i].Reason = cut(fault.Words{x.Steps[i].Reason})[0]
			}
		},
		func() { x.Fields = slices.DeleteFunc(x.Fields, func(f ShadowField) bool { return !f.Mine }) },
		func() { x.Fields, x.Steps = nil, x.Steps[max(0, len(x.Steps)-1):] },
	} {
		shorten()
		ok, err := fits()
		if err != nil || ok {
			return x, err
		}
		x.Short = true
	}
	return x, nil
}

// AbroadTold is a party of a case in another node, and how often the case was shown to it.
type AbroadTold struct {
	Node string // region code
	Org  string
	Name fault.Words
	Seq  int64
	At   time.Time // zero while nothing was sent
	Owed bool      // something new waits to be written
}

// AbroadOf are the parties of a case that were told of it in other nodes, for whoever may see the case.
func (s *Service) AbroadOf(ctx context.Context, who access.Actor, id unit.ID) (out []AbroadTold, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		if _, err := s.seen(ctx, tx, who, id); err != nil {
			return err
		}
		all, err := selectAbroad(ctx, tx, id)
		for _, t := range toldInOrder(all) {
			x := AbroadTold{Node: t.node, Org: t.org, Name: fault.Words{t.org, t.org}, Seq: t.seq, Owed: t.owed}
			if t.seq > 0 {
				x.At = t.at
			}
			if o, err := s.c.Registry.Org(ctx, tx, t.org); err == nil {
				x.Name = o.Name
			} else if fault.KindOf(err) != fault.NotFound {
				return err
			}
			out = append(out, x)
		}
		return err
	})
	return out, err
}
