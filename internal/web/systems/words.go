package systems

import "slices"

// Word is a stable name of a capability or of a room, as it stands in the file and in addresses.
type Word string

// Named is a word with what it is called in both languages.
type Named struct {
	Word Word
	Text
}

// capabilities is what the platform must be able to do, in the order of the trade: who, what, how, money, community.
var capabilities = []Named{
	{"registry", Text{"机构登记", "Register of organisations"}},
	{"catalogue", Text{"资源目录", "Catalogue and search"}},
	{"booking", Text{"预约排期", "Booking"}},
	{"casework", Text{"事项办理", "Cases with stages and deadlines"}},
	{"rules", Text{"资格规则", "Eligibility rules"}},
	{"ledger", Text{"资金账簿", "Money ledger"}},
	{"matching", Text{"供需对接", "Matching of need and supply"}},
	{"agreements", Text{"协议与任务", "Agreements and tasks"}},
	{"federation", Text{"跨域互认", "Recognition between jurisdictions"}},
	{"log", Text{"公开日志", "Tamper-evident log"}},
	{"compute", Text{"算力调度", "Compute scheduling"}},
	{"indicators", Text{"指标与公报", "Indicators and bulletins"}},
	{"reader", Text{"文件阅读", "Reading documents"}},
}

// rooms is the rooms of the house that serve systems, from the facts up to the desk.
var rooms = []Named{
	{"registry", Text{"登记册", "Registry"}},
	{"scheme", Text{"方案", "Schemes"}},
	{"ledger", Text{"账簿", "Ledger"}},
	{"federation", Text{"邻站", "Federation"}},
	{"casework", Text{"办件", "Casework"}},
	{"reader", Text{"文件审阅", "Reader"}},
	{"agreement", Text{"承诺与任务", "Agreements"}},
	{"catalogue", Text{"资源目录", "Catalogue"}},
	{"settlement", Text{"对账", "Settlement"}},
	{"indicator", Text{"数字与公报", "Indicators"}},
	{"receivable", Text{"应收账款", "Receivables"}},
	{"fund", Text{"基金", "Funds"}},
	{"compute", Text{"算力", "Compute"}},
	{"exchange", Text{"数据交易", "Data exchange"}},
}

// Capabilities returns every capability with its name, in the order in which they are shown.
func Capabilities() []Named { return slices.Clone(capabilities) }

// Rooms returns every room that serves a system with its name, in the order in which they are shown.
func Rooms() []Named { return slices.Clone(rooms) }

// find returns the entry of a word in a table.
func find(table []Named, w Word) (Named, bool) {
	i := slices.IndexFunc(table, func(n Named) bool { return n.Word == w })
	if i < 0 {
		return Named{}, false
	}
	return table[i], true
}

// State is how far a system is served.
type State string

const (
	Works  State = "works"   // a user can do the whole job on the page
	Partly State = "partly"  // a user can do a part of the job on the page
	NotYet State = "not_yet" // nothing of it can be done yet
)

// States returns the states from best to worst.
func States() []State { return []State{Works, Partly, NotYet} }

// Name returns what the state is called.
func (s State) Name() Text {
	switch s {
	case Works:
		return Text{"可办", "Works"}
	case Partly:
		return Text{"部分可办", "Works in part"}
	case NotYet:
		return Text{"尚未提供", "Not yet"}
	}
	return Text{string(s), string(s)}
}
