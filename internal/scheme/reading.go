package scheme

import (
	"cel.dev/cel-go/common/functions"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// reading is one reading of facts: each fact is asked once, and everything that was seen is kept in order.
// It is also the activation in which CEL evaluates, so that an expression reads only what it needs.
type reading struct {
	s       *Scheme
	facts   Facts
	stage   string
	purse   *Purse
	seen    []SeenFact
	index   map[string]int
	touched []int // places in seen, in the order in which expressions came by
	failed  error
}

var _ interpreter.FunctionActivation = (*reading)(nil)

func (s *Scheme) reading(f Facts, stage string, purse *Purse) *reading {
	return &reading{s: s, facts: f, stage: stage, purse: purse, index: map[string]int{}}
}

// fact reads one fact; after the first error everything is unknown and failed says why.
func (r *reading) fact(name string, args ...Value) Value {
	for _, a := range args {
		if !a.Known() {
			return Value{}
		}
	}
	if v, ok := r.own(name, args); ok {
		return v
	}
	key := factKey(name, args)
	if i, ok := r.index[key]; ok {
		r.touched = append(r.touched, i)
		return r.seen[i].Value
	}
	if r.failed != nil {
		return Value{}
	}
	v, src, err := r.facts.Fact(name, args...)
	if err != nil {
		r.failed = fault.New(fault.Unavailable, "scheme.fact_unreadable", "fact", FactWords(name)).Because(err)
		return Value{}
	}
	r.index[key] = len(r.seen)
	r.touched = append(r.touched, len(r.seen))
	r.seen = append(r.seen, SeenFact{Name: name, Args: args, Value: v, Vouched: src})
	return v
}

// own answers what the edition and the case know themselves: params, frozen sums and lists, accounts, the stage.
func (r *reading) own(name string, args []Value) (Value, bool) {
	if len(args) > 0 {
		if name == "paid_out" && args[0].Kind == Account {
			return MoneyValue(r.purse.Out[args[0].Text]), true
		}
		return Value{}, false
	}
	switch name {
	case "zero":
		return MoneyValue(0), true
	case "stage":
		return TextValue(r.stage), true
	case "scheme":
		return TextValue(r.s.ID), true
	case "jurisdiction":
		if r.s.Jurisdiction == "" {
			return Value{}, false
		}
		return RegionValue(unit.Region(r.s.Jurisdiction)), true
	}
	if p, ok := r.s.Params.Get(name); ok {
		return r.param(p), true
	}
	if sum, ok := r.purse.Sums[name]; ok {
		return MoneyValue(sum), true
	}
	if list, part, ok := cutDot(name); ok {
		if t, there := r.purse.Lists[list]; there {
			if part == "taken" {
				return CountValue(int64(t.Taken)), true
			}
			return CountValue(int64(len(t.Parts) - t.Taken)), true
		}
	}
	if r.s.Accounts.Has(name) {
		return r.accountValue(name), true
	}
	return Value{}, false
}

func cutDot(name string) (list, part string, ok bool) {
	for i := range name {
		if name[i] == '.' {
			return name[:i], name[i+1:], name[i+1:] == "left" || name[i+1:] == "taken"
		}
	}
	return name, "", false
}

// param is the value of a parameter; one that is a table is looked up by its fact, `else` for what is not in it.
func (r *reading) param(p Param) Value {
	if p.By == "" {
		return p.Value
	}
	by := r.fact(p.By)
	if !by.Known() {
		return Value{}
	}
	if v := p.Value.Entry(by.String()); v.Known() {
		return v
	}
	return p.Value.Entry("else")
}

// accountValue is an account as an argument of a function: its path, with its name in the pack and, for a limit,
// what it opens with on first use. It is unknown as long as a part of the path is.
func (r *reading) accountValue(name string) Value {
	p, err := r.s.place(r, name)
	if err != nil {
		return Value{}
	}
	opens := Value{}
	if p.OpensWith != nil {
		opens = MoneyValue(*p.OpensWith)
	}
	path := p.Path
	if p.Kind == FromParent {
		path = "parent/" + path
	}
	return Value{Kind: Account, Text: path, Keys: []string{"name", "opens_with"}, List: []Value{TextValue(name), opens}}
}

// ResolveName gives CEL the value of a fact.
func (r *reading) ResolveName(name string) (any, bool) {
	if _, ok := r.s.compiled.facts[name]; !ok {
		return nil, false
	}
	return toCEL(r.fact(name)), true
}

// Parent is none: a reading stands alone.
func (r *reading) Parent() interpreter.Activation { return nil }

// ResolveFunction gives CEL a function whose answer is a fact.
func (r *reading) ResolveFunction(name string) (functions.LateBoundOp, bool) {
	return func(overload string, args ...ref.Val) ref.Val {
		f, ok := r.s.compiled.asked[overload]
		if !ok {
			return types.NewErr("no such function: %s", name)
		}
		in := make([]Value, len(args))
		for i, a := range args {
			in[i] = f.value(i, a)
		}
		return toCEL(r.fact(name, in...))
	}, true
}

// value is an argument as the reader of facts gets it.
func (f asked) value(i int, v ref.Val) Value {
	out := fromCEL(v, f.args[i].kind)
	if l, ok := v.Value().([]ref.Val); ok && f.args[i].kind == List {
		out = Value{Kind: List}
		for _, x := range l {
			out.List = append(out.List, fromCEL(x, f.args[i].elem))
		}
	}
	return out
}

// eval computes the expression. The facts that it looked at are returned with its value; an unknown value is the
// zero Value with no error.
func (e *expr) eval(r *reading) (Value, []SeenFact, error) {
	mark := len(r.touched)
	out, _, err := e.prg.Eval(r)
	used := r.since(mark)
	switch {
	case r.failed != nil:
		return Value{}, used, r.failed
	case err != nil:
		return Value{}, used, fault.New(fault.Conflict, "scheme.not_computable", "text", e.text).Because(err)
	case types.IsUnknown(out):
		return Value{}, used, nil
	}
	return fromCEL(out, e.shape.kind), used, nil
}

// since lists the facts that were looked at since a mark, each once.
func (r *reading) since(mark int) []SeenFact {
	var out []SeenFact
	done := map[int]bool{}
	for _, i := range r.touched[mark:] {
		if !done[i] {
			done[i] = true
			out = append(out, r.seen[i])
		}
	}
	return out
}
