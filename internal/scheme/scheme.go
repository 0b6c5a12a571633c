package scheme

import (
	"iter"
	"slices"
	"strings"

	"corridor/internal/fault"
)

// Scheme is one merged pack: an edition if it has a jurisdiction, else a shared layer, which is never run.
// It is immutable after Load and may be used by many at once.
type Scheme struct {
	ID           string
	Title        fault.Words
	Extends      string // the shared layer it changes, "" if none
	Parent       string // the scheme that its cases live under, "" if none
	Jurisdiction string // "" for a shared layer
	Edition      string
	InForce      [2]Value // first and last day
	Digest       string   // sha256 of the merged files, in hex

	Sources  Entries[Source]
	Params   Entries[Param]
	Rules    Entries[Rule]
	Amounts  Entries[Amount]
	Roles    Entries[Role]
	Accounts Entries[AccountDef]
	Asks     Entries[Ask]
	Cases    Entries[Children]
	Figures  Entries[Figure]

	Stages   []Row
	Ends     Entries[End]
	Pauses   map[string]string // while in the key, the clocks of the value stand still
	Times    map[string]string // action: param
	Overdue  string            // role that is told of what is late
	Needs    map[string][]string
	Separate [][2]string
	Money    []MoneyLine
	Slots    []SlotLine
	Round    *Round
	Starts   *Starts
	Demand   *Demand
	Lead     *Lead
	Labels   map[string][]LabelLine
	Joins    map[string]Join   // by action
	Amends   map[string]Amend  // action: the list of the form that it changes
	Sealed   map[string]string // field: param of a day
	See      map[string]Sight  // field, ask or "firm"
	Publish  map[string]Leaf
	Letters  map[string]Letter // action: what its letter says
	Group    string
	Fixed    []string
	Migrate  *Migration
	Words    Entries[fault.Words]
	Form     Form

	marks      map[string]Pos // where things stand, for reports: "stages", "words", "needs.file.0" …
	separateAt [][2]Pos
	compiled   *compiled
	tests      *tests
	files      []string
	raw        []namedBytes        // what was merged, the pack's own first
	root       *node               // the merged tree
	lines      map[string][]string // of the files, for reports
}

// Pos is a place in a file of a pack. Line and Col count from 1; Col counts characters, not bytes.
type Pos struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"col"`
}

// Join is how a case joins another one of its scheme by an action.
type Join struct {
	Field string   // text with the number of the case that it joins
	In    []string // stages in which a case may be joined; none: any in which it goes on
	Adds  string   // field of type orgs, in the case that is joined, to which the organisation of this one is added; "" if none
	At    Pos
}

// Source is what a basis refers to.
type Source struct {
	Title, Doc, URL string
	At              Pos
}

// SourceText is a source as people are told of it: its title and, where one is named, its number or article. "" is a basis that the
// edition does not name.
func (s *Scheme) SourceText(name string) string {
	src, _ := s.Sources.Get(name)
	return strings.TrimSpace(src.Title + " " + src.Doc)
}

// Param is one policy number. If By is set, Value is a Table looked up by that fact, with an "else".
type Param struct {
	Value    Value
	Choices  []string
	By       string
	Basis    string
	Verified bool
	At       Pos
}

// Unit is the kind of the parameter's value, or of the entries of a `by` table.
func (p Param) Unit() Kind {
	if p.By != "" && len(p.Value.List) > 0 {
		return p.Value.List[0].Kind
	}
	return p.Value.Kind
}

// Rule is a condition and the sentence that a refused person reads. Ask names the role whose officer answers it, Look the fields
// of the form that are shown beside the question; none shows the files of them all.
type Rule struct {
	When, Ask string
	Look      []string
	Basis     string
	Verified  bool
	Words     fault.Words
	At        Pos
}

// Amount is a sum that is evaluated once, at its action, and kept; or a list of parts of another sum.
type Amount struct {
	At    string // action
	Is    string // expression
	Split string // the amount that is split
	By    string // the param with the shares
	Pos   Pos
}

// List says whether the amount is a list of tranches.
func (a Amount) List() bool { return a.Split != "" }

// Role is who may act. Exactly one of Party, Desk, Seat, Anyone is set.
type Role struct {
	Party  string // "firm" or "form.x", an organisation
	Desk   string // a role of access
	At     string // where the desk sits: a fact, "firm.city", "form.unit"; "" for the jurisdiction
	Seat   string // whoever is asked by that ask
	Anyone bool
	Pos    Pos
}

// Row is one line of the table of stages.
type Row struct {
	From, Action, To string
	Who              []string // roles; or one of "clock", "itself", "round"
	Clock            string   // a param of time, or "none"
	At               Pos
	fromAt, actionAt Pos
	toAt, whoAt      Pos
	clockAt          Pos
}

// ByClock, ByItself and ByRound say that no person acts.
func (r Row) ByClock() bool  { return len(r.Who) == 1 && r.Who[0] == "clock" }
func (r Row) ByItself() bool { return len(r.Who) == 1 && r.Who[0] == "itself" }
func (r Row) ByRound() bool  { return len(r.Who) == 1 && r.Who[0] == "round" }

// ByPerson says whether roles act on this row.
func (r Row) ByPerson() bool { return !r.ByClock() && !r.ByItself() && !r.ByRound() }

// Allows says whether the role may act on this row.
func (r Row) Allows(role string) bool { return slices.Contains(r.Who, role) }

// End is what entering a stage means at the end.
type End string

const (
	Granted End = "granted"
	Refused End = "refused"
	Ended   End = "ended"
)

// AccountKind is what an account of a scheme is.
type AccountKind string

const (
	Budget     AccountKind = "budget" // public money of this node, never below zero
	Limit      AccountKind = "limit"  // a quota, not money
	Own        AccountKind = "own"    // this case's own
	FromParent AccountKind = "parent" // the parent case's lent account
	Out        AccountKind = "out"    // leaves the books
)

// AccountDef is an account as the pack declares it.
type AccountDef struct {
	Kind      AccountKind
	Path      string // of budget, limit and out, with {…}; of own, the expression that says whose; of parent, the name there
	OpensWith string // param
	LentTo    string // cases
	By        string // role, of out
	At        Pos
}

// Ask is a set of opinions that are asked for at once.
type Ask struct {
	OpenedBy []string // actions
	Seats    string   // a field of offices, "form.departments"
	Draw     *Draw
	Answers  []AnswerField
	Scored   string // param with the weights, if a score is asked for
	Verdict  []string
	Must     map[string][]string // verdict, or code of an answer that is a choice: the answers that have to come with it
	Order    string              // answer by which those that are in stand side by side, the smallest first; "" is as they were asked
	Within   string              // param
	Again    string              // "failed"
	Instead  string              // role
	Drop     string              // param
	Fee      string              // param: what whoever was drawn is owed for an answer; "" is nothing
	At       Pos
}

// AnswerField is one thing that an asked person fills in. Of are the codes of a choice.
type AnswerField struct {
	Name, Type string
	Of         []string
}

// Draw takes people by lot out of a pool of experts of the registry. Lots says how.
type Draw struct {
	From      string   // the name of the pool
	Field     string   // whose code they must know; "" is any
	Count     string   // param: how many
	Reserves  string   // param: how many stand by
	Conflicts []string // organisations to whom nobody drawn may be tied: "firm", "form.x"
	Worked    string   // param: whose unit stood in one case with such an organisation within this time is left out; "" leaves nobody out
	PerUnit   string   // param: so many of one unit at most; "" is any number
	Most      string   // param: whoever owes so many opinions is left out, and of the rest those who owe least go first; "" looks at nobody's work
}

// Round ranks the cases that wait and admits while there is room.
type Round struct {
	Waits, Closes, Order, Within, Takes, Leaves, By string
	Returns                                         *Returns // nil where no payer has a claim to a return
	At                                              Pos
}

// Returns bounds what each payer of the case above gets back by the rounds under it: what goes to organisations of its
// jurisdiction, compared with what it has paid in. A ranking outside the bounds cannot be closed.
type Returns struct {
	Of           string // the entry of `cases` of the case above whose payers have paid in
	For, Sum     string // columns of one group: who gets a part, and how much
	Below, Above string // params: by which share of what it paid in a jurisdiction may get less, and more
	Basis        string
	Verified     bool
	Words        fault.Words // what whoever closes outside the bounds is told
	At           Pos
}

// Children are cases of another scheme that live under this one.
type Children struct {
	Scheme    string
	OpenedBy  []string // actions
	OneFor    string   // a repeated group
	Gives     []Given
	Payer     string   // the column of the rows that says whose jurisdiction runs the case; "" where all are of this one
	For       string   // the column that says whose case it is; "" is whose the case above is
	Sum       string   // the column with the sum that is asked for
	LetsGo    []string // actions at which whoever does not stand by its sum is let go
	StartedBy string   // role
	In        []string // stages
	At        Pos
}

// Given is one field of a child and where it comes from.
type Given struct{ Field, From string }

// Starts opens a case for each organisation for whom the rules pass.
type Starts struct {
	Over  string
	Where []string
	On    string
	Stage string
	At    Pos
}

// LabelLine issues, renews or revokes an entry of the registry.
type LabelLine struct {
	Verb  string // issue, renew, revoke
	Label string
	To    string // a fact
	For   string // param, "" if without end
	Next  bool   // of renew: another term as it is issued for, which follows the present one; else For counts from the day
	At    Pos
}

// Amend is a change of a list of organisations in the form by an action of a desk: those of Leaves go, those of Joins come. The rules of the
// action see the list as it will be; who stood in it, and from when until when, is kept.
type Amend struct {
	List   string // field of type orgs
	Joins  string // field of type orgs, or ""
	Leaves string // field of type orgs, or ""
	At     Pos
}

// Sight narrows who reads.
type Sight struct {
	Only []string
	If   string // a yesno fact; "" for always
	At   Pos
}

// Leaf is what enters the public log at an action.
type Leaf struct {
	Name  string
	Shows []string
	At    Pos
}

// Migration says how a draft of another edition comes over; the value "drop" leaves a field behind.
type Migration struct {
	From   string
	Fields map[string]string
}

// Form is what people and offices fill in.
type Form struct{ Sections []Section }

// All gives the fields of every section, in order; the columns of a group stand in their field.
func (f Form) All() iter.Seq[Field] {
	return func(yield func(Field) bool) {
		for _, sec := range f.Sections {
			for _, field := range sec.Fields {
				if !yield(field) {
					return
				}
			}
		}
	}
}

// Section is a part of the form under one heading.
type Section struct {
	Words  fault.Words
	Fields []Field
}

// Field is one thing to fill in.
type Field struct {
	Name      string
	Type      string // text, money, count, ratio, day, yesno, choice, code, region, org, orgs, office, offices, person, account, case, score, file, files, slot, group, disclosure, measure, bound
	By        string // the role that fills it, or "parent"
	Words     fault.Words
	Of        []string   // choices
	List      string     // code list
	From      string     // prefilled from the registry
	Once      string     // kind of evidence the used-once register is asked about
	Public    string     // "", "true" or "region"
	ShownWhen string     // expression
	Editable  bool       // of a prefilled field: people may change what the registry says
	Partner   bool       // of an organisation: its people may be invited to fill in the form
	Fields    []Field    // of a group
	Price     string     // of a slot: the field of money that its price fills
	Discloses *Discloses // of a disclosure: what is shown, to whom, how long
	Basis     string     // of a measure or bound: the title of what wants it
	At        Pos
}

// Start is the stage in which a case begins: the `from` of the first row.
func (s *Scheme) Start() string {
	if len(s.Stages) == 0 {
		return ""
	}
	return s.Stages[0].From
}

// Shared says whether this is a shared layer, which is checked and never run.
func (s *Scheme) Shared() bool { return s.Jurisdiction == "" }

// Row finds the row of an action in a stage. A pair without a row is refused, for everybody.
func (s *Scheme) Row(stage, action string) (Row, bool) {
	for _, r := range s.Stages {
		if r.From == stage && r.Action == action {
			return r, true
		}
	}
	return Row{}, false
}

// RowsFrom returns the rows that leave a stage, in the order of the file.
func (s *Scheme) RowsFrom(stage string) []Row {
	var rows []Row
	for _, r := range s.Stages {
		if r.From == stage {
			rows = append(rows, r)
		}
	}
	return rows
}

// IsEnd says whether the stage is an end, and which.
func (s *Scheme) IsEnd(stage string) (End, bool) { return s.Ends.Get(stage) }

// AllStages returns every stage in the order in which the rows name them, ends last.
func (s *Scheme) AllStages() []string {
	var out []string
	seen := map[string]bool{}
	add := func(n string) {
		if !seen[n] && n != "" {
			seen[n] = true
			out = append(out, n)
		}
	}
	for _, r := range s.Stages {
		add(r.From)
	}
	for _, r := range s.Stages {
		add(r.To)
	}
	for _, e := range s.Ends.Names() {
		add(e)
	}
	return out
}

// Actions returns every action once, in the order of the rows.
func (s *Scheme) Actions() []string {
	var out []string
	seen := map[string]bool{}
	for _, r := range s.Stages {
		if !seen[r.Action] {
			seen[r.Action] = true
			out = append(out, r.Action)
		}
	}
	return out
}

// Say returns the words of a stage, action, role, param, choice, amount, ask or label; the name itself if it has none.
func (s *Scheme) Say(name string) fault.Words {
	if w, ok := s.Words.Get(name); ok {
		return w
	}
	return fault.Words{name, name}
}

// Show is a value for a reader: a choice by its words, alone and inside lists, tables and groups.
func (s *Scheme) Show(x Value, lang fault.Lang) string {
	if x.Kind == Choice {
		return s.Say(x.Text).In(lang)
	}
	y := x
	y.List, y.Keys = nil, nil
	for i, e := range x.List {
		if e.Kind == Choice || len(e.List) > 0 {
			e = TextOf(Text, s.Show(e, lang))
		}
		y.List = append(y.List, e)
		if i < len(x.Keys) {
			y.Keys = append(y.Keys, s.key(x, i).In(lang))
		}
	}
	return y.In(lang)
}

// key is what an entry of a table is called, or a column of a row.
func (s *Scheme) key(x Value, i int) fault.Words {
	k := x.Keys[i]
	if k == "else" {
		return fault.Words{"其他", "else"}
	}
	return s.ColumnWords(k)
}

// ColumnWords is what a column of a repeated group is called: by its field, else by the pack's words.
func (s *Scheme) ColumnWords(name string) fault.Words {
	for _, sec := range s.Form.Sections {
		for _, f := range sec.Fields {
			for _, col := range f.Fields {
				if col.Name == name {
					return col.Words
				}
			}
		}
	}
	return s.Say(name)
}

// Field finds a field of the form by its bare name.
func (s *Scheme) Field(name string) (Field, bool) {
	for _, sec := range s.Form.Sections { // not by All: every fact of a form is looked up here
		for _, f := range sec.Fields {
			if f.Name == name {
				return f, true
			}
		}
	}
	return Field{}, false
}

// answersNeed says whether a name under `needs` is an ask, whose answers need the rules.
func (s *Scheme) answersNeed(name string) bool {
	return s.Asks.Has(name) && !contains(s.Actions(), name)
}

// NeedsField says which fields an action of the role demands, in the order of `needs`.
func (s *Scheme) NeedsField(action string) []Field {
	var out []Field
	for _, n := range s.Needs[action] {
		if f, ok := s.Field(n); ok {
			out = append(out, f)
		}
	}
	return out
}

// Party says whether the role is an organisation or anybody, and not an office.
func (s *Scheme) Party(role string) bool {
	r, ok := s.Roles.Get(role)
	return ok && (r.Party != "" || r.Anyone)
}

// Desk says whether the role is an office's desk.
func (s *Scheme) Desk(role string) bool {
	r, ok := s.Roles.Get(role)
	return ok && r.Desk != ""
}

// field splits "form.x" and "form.x.region"; ok is false for any other fact.
func formFact(fact string) (field, part string, ok bool) {
	rest, ok := strings.CutPrefix(fact, "form.")
	if !ok {
		return "", "", false
	}
	field, part, _ = strings.Cut(rest, ".")
	return field, part, true
}
