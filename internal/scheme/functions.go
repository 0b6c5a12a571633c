package scheme

import (
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"corridor/internal/unit"
)

// Limits of one expression. There are no macros and so no loops: what it costs is bounded by its length.
const (
	expressionNodesMax = 400
	expressionDepthMax = 60
	expressionCostMax  = 20000
)

// asked is a function whose answer is a fact. Args are the units of its arguments.
type asked struct {
	name   string
	args   []shape
	result Kind
	of     Kind // of the entries, where it answers a list
}

// answers is the unit of the answer.
func (a asked) answers() shape { return shape{a.result, a.of} }

// askedFunctions are the functions whose answers are facts; those of parents and children are added by a scheme.
var askedFunctions = []asked{
	{"recognised", []shape{{kind: Org}, {kind: Text}, {kind: Day}}, YesNo, Unknown},
	{"on_list", []shape{{kind: Code}, {kind: Text}, {kind: Day}}, YesNo, Unknown},
	{"has_label", []shape{{kind: Org}, {kind: Text}, {kind: Day}}, YesNo, Unknown},
	{"label_revoked", []shape{{kind: Org}, {kind: Text}, {kind: Day}}, YesNo, Unknown},
	{"label_ended", []shape{{kind: Org}, {kind: Text}, {kind: Day}}, YesNo, Unknown},
	{"label_ends_within", []shape{{kind: Org}, {kind: Text}, {kind: Day}, {kind: Duration}}, YesNo, Unknown},
	{"related", []shape{{kind: Org}, {kind: Org}}, YesNo, Unknown},
	{"not_of_kind", []shape{{List, Org}, {kind: Text}}, List, Org},
	{"related_among", []shape{{kind: Org}, {List, Org}}, List, Org},
	{"unused", []shape{{kind: Text}, {List, File}}, YesNo, Unknown},
	{"unused", []shape{{kind: Text}, {kind: File}}, YesNo, Unknown},
	{"unused", []shape{{kind: Text}, {List, Group}}, YesNo, Unknown},
	{"in_region", []shape{{kind: Region}, {kind: Region}}, YesNo, Unknown},
	{"count_regions", []shape{{List, Org}}, Count, Unknown},
	{"count_regions", []shape{{List, Region}}, Count, Unknown},
	{"already", []shape{{kind: Text}, {kind: Org}}, Money, Unknown},
	{"available", []shape{{kind: Account}}, Money, Unknown},
	{"balance", []shape{{kind: Account}}, Money, Unknown},
	{"paid_out", []shape{{kind: Account}}, Money, Unknown},
	{"shared_income", []shape{{kind: Org}, {kind: Text}, {kind: Count}}, Money, Unknown},
	{"shared_hours", []shape{{kind: Org}, {kind: Text}, {kind: Count}}, Count, Unknown},
	{"firm.open_cases", []shape{{kind: Text}, {kind: Count}}, Count, Unknown},
	{"firm.open_cases", []shape{{kind: Text}, {kind: Person}}, Count, Unknown},
}

func (a asked) id() string {
	id := a.name
	for _, s := range a.args {
		id += "_" + string(s.kind) + string(s.elem)
	}
	return id
}

// declare is the function as CEL checks it; its answer comes from the reading at evaluation.
func (a asked) declare() cel.EnvOption {
	args := make([]*cel.Type, len(a.args))
	for i, s := range a.args {
		args[i] = s.cel()
	}
	return cel.Function(a.name, decls.DisableTypeGuards(true),
		cel.Overload(a.id(), args, a.answers().cel(), cel.LateFunctionBinding()))
}

// language is the part of the environment that is the same for all schemes. It has nothing of CEL's standard
// library but the operators of the closed list.
var language = sync.OnceValues(func() (*cel.Env, error) {
	a := cel.TypeParamType("A")
	opts := []cel.EnvOption{
		cel.ParserExpressionSizeLimit(expressionMax),
		cel.ParserRecursionLimit(expressionDepthMax),
		cel.ExpressionNodeLimit(expressionNodesMax),
		cel.Function(operators.LogicalAnd, cel.Overload("and", []*cel.Type{cel.BoolType, cel.BoolType}, cel.BoolType)),
		cel.Function(operators.LogicalOr, cel.Overload("or", []*cel.Type{cel.BoolType, cel.BoolType}, cel.BoolType)),
		cel.Function(operators.Conditional, cel.Overload("conditional", []*cel.Type{cel.BoolType, a, a}, a)),
		cel.Function(operators.Equals, cel.Overload("equals", []*cel.Type{a, a}, cel.BoolType)),
		cel.Function(operators.NotEquals, cel.Overload("not_equals", []*cel.Type{a, a}, cel.BoolType)),
		cel.Function(operators.LogicalNot, decls.DisableTypeGuards(true), cel.Overload("not", []*cel.Type{cel.BoolType}, cel.BoolType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return types.Bool(v != types.True) }))),
		cel.Function(operators.In, decls.DisableTypeGuards(true),
			cel.Overload("in_list", []*cel.Type{a, cel.ListType(a)}, cel.BoolType, cel.BinaryBinding(inList))),
	}
	opts = append(opts, comparisons()...)
	opts = append(opts, sums()...)
	opts = append(opts, computations()...)
	for _, f := range askedFunctions {
		opts = append(opts, f.declare())
	}
	return cel.NewCustomEnv(opts...)
})

// ordered are the units that can be compared by size; a score may be compared with a count.
var ordered = []Kind{Money, Count, Ratio, Day, Score}

func comparisons() []cel.EnvOption {
	var opts []cel.EnvOption
	for op, ok := range map[string]func(int) bool{
		operators.Less: func(c int) bool { return c < 0 }, operators.LessEquals: func(c int) bool { return c <= 0 },
		operators.Greater: func(c int) bool { return c > 0 }, operators.GreaterEquals: func(c int) bool { return c >= 0 },
	} {
		compare := func(scaleA, scaleB types.Int) cel.OverloadOpt {
			return cel.BinaryBinding(func(x, y ref.Val) ref.Val {
				p, q := x.(types.Int), y.(types.Int)
				switch p, q = p*scaleA, q*scaleB; {
				case p < q:
					return types.Bool(ok(-1))
				case p > q:
					return types.Bool(ok(1))
				}
				return types.Bool(ok(0))
			})
		}
		f := []cel.FunctionOpt{decls.DisableTypeGuards(true)}
		for _, k := range ordered {
			t := opaque[k]
			f = append(f, cel.Overload(op+string(k), []*cel.Type{t, t}, cel.BoolType, compare(1, 1)))
		}
		f = append(f, cel.Overload(op+"score_count", []*cel.Type{scoreType, cel.IntType}, cel.BoolType, compare(1, 100)),
			cel.Overload(op+"count_score", []*cel.Type{cel.IntType, scoreType}, cel.BoolType, compare(100, 1)))
		opts = append(opts, cel.Function(op, f...))
	}
	return opts
}

func sums() []cel.EnvOption {
	checked := func(do func(a, b unit.Fen) (unit.Fen, error)) cel.OverloadOpt {
		return cel.BinaryBinding(func(x, y ref.Val) ref.Val {
			sum, err := do(unit.Fen(x.(types.Int)), unit.Fen(y.(types.Int)))
			if err != nil {
				return types.WrapErr(err)
			}
			return types.Int(sum)
		})
	}
	var opts []cel.EnvOption
	for op, do := range map[string]func(a, b unit.Fen) (unit.Fen, error){operators.Add: unit.Fen.Add, operators.Subtract: unit.Fen.Sub} {
		f := []cel.FunctionOpt{decls.DisableTypeGuards(true)}
		for _, t := range []*cel.Type{moneyType, cel.IntType} {
			f = append(f, cel.Overload(op+t.TypeName(), []*cel.Type{t, t}, t, checked(do)))
		}
		opts = append(opts, cel.Function(op, f...))
	}
	return opts
}

// computations are the pure functions.
func computations() []cel.EnvOption {
	fen := func(v ref.Val) unit.Fen { return unit.Fen(v.(types.Int)) }
	opts := []cel.EnvOption{
		cel.Function("share", decls.DisableTypeGuards(true), cel.Overload("share", []*cel.Type{moneyType, ratioType}, moneyType,
			cel.BinaryBinding(func(x, y ref.Val) ref.Val {
				r, err := unit.RatioOfBillionths(int64(y.(types.Int)))
				if err != nil {
					return types.WrapErr(err)
				}
				return types.Int(fen(x).Share(r))
			}))),
		cel.Function("floor_yuan", decls.DisableTypeGuards(true), cel.Overload("floor_yuan", []*cel.Type{moneyType}, moneyType,
			cel.UnaryBinding(func(x ref.Val) ref.Val { return types.Int(fen(x).FloorYuan()) }))),
		cel.Function("floor_to", decls.DisableTypeGuards(true), cel.Overload("floor_to", []*cel.Type{moneyType, moneyType}, moneyType,
			cel.BinaryBinding(func(x, y ref.Val) ref.Val {
				v, err := fen(x).FloorTo(fen(y))
				if err != nil {
					return types.WrapErr(err)
				}
				return types.Int(v)
			}))),
		steps(),
		cel.Function("sum_of", decls.DisableTypeGuards(true), cel.Overload("sum_of", []*cel.Type{shape{List, Money}.cel()}, moneyType,
			cel.UnaryBinding(func(x ref.Val) ref.Val {
				sum := unit.Fen(0)
				for _, v := range x.(composite).v.List {
					var err error
					if sum, err = sum.Add(v.Fen()); err != nil {
						return types.WrapErr(err)
					}
				}
				return types.Int(sum)
			}))),
		cel.Function("count_of", decls.DisableTypeGuards(true), cel.Overload("count_of", []*cel.Type{shape{List, Org}.cel()}, shape{kind: Count}.cel(),
			cel.UnaryBinding(func(x ref.Val) ref.Val {
				seen := map[string]bool{}
				for _, v := range x.(composite).v.List {
					seen[v.Text] = true
				}
				return types.Int(len(seen))
			}))),
	}
	for name, less := range map[string]bool{"min": true, "max": false} {
		pick := cel.FunctionBinding(func(args ...ref.Val) ref.Val {
			best := args[0].(types.Int)
			for _, a := range args[1:] {
				if v := a.(types.Int); v < best == less && v != best {
					best = v
				}
			}
			return best
		})
		f := []cel.FunctionOpt{decls.DisableTypeGuards(true)}
		for _, k := range ordered {
			for n := 2; n <= 4; n++ {
				args := make([]*cel.Type, n)
				for i := range args {
					args[i] = opaque[k]
				}
				f = append(f, cel.Overload(name+string(k)+string(rune('0'+n)), args, opaque[k], pick))
			}
		}
		opts = append(opts, cel.Function(name, f...))
	}
	return opts
}

// steps reads a score sheet: the entry of the highest threshold that is not above x; unknown below the lowest.
func steps() cel.EnvOption {
	f := []cel.FunctionOpt{decls.DisableTypeGuards(true)}
	for _, of := range []Kind{Count, Money, Ratio, Score} {
		for _, to := range []Kind{Count, Money, Ratio, Score} {
			f = append(f, cel.Overload("steps_"+string(of)+"_"+string(to), []*cel.Type{opaque[of], shape{Table, to}.cel()}, opaque[to],
				cel.BinaryBinding(func(x, table ref.Val) ref.Val {
					return toCEL(step(Value{Kind: of, Int: int64(x.(types.Int))}, table.(composite).v))
				})))
		}
	}
	return cel.Function("steps", f...)
}

func step(x Value, table Value) Value {
	best, found := Value{}, false
	var at int64
	for i, k := range table.Keys {
		limit, ok := parseLiteral(k, false)
		if x.Kind == Score && ok && limit.Kind == Count {
			limit = Value{Kind: Score, Int: limit.Int * 100}
		}
		if ok && limit.Kind == x.Kind && limit.Int <= x.Int && (!found || limit.Int >= at) {
			best, at, found = table.List[i], limit.Int, true
		}
	}
	return best
}
