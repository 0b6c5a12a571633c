package demo

import (
	"corridor/internal/fault"
	"corridor/internal/web"
)

// Member is one node of the demonstration's community.
type Member struct {
	Code  string // region code; the office has one of its own
	Port  int    // added to the base port
	Seal  string
	Class string // colour class of the stylesheet
	Name  fault.Words
}

// community is what the nodes belong to.
var community = fault.Words{"长三角科技创新共同体（演示）", "Yangtze River Delta innovation community (demonstration)"}

// Members of the thin line: the office that follows all logs and owns no money, the lab's jurisdiction, the firm's.
var Members = []Member{
	{Code: Office, Port: 0, Seal: "共", Class: "r30", Name: fault.Words{"共同体办公室节点", "Office of the community"}},
	{Code: Shanghai, Port: 1, Seal: "沪", Class: "r31", Name: fault.Words{"上海节点", "Shanghai node"}},
	{Code: Anhui, Port: 4, Seal: "皖", Class: "r34", Name: fault.Words{"安徽节点", "Anhui node"}},
}

// Codes of the members.
const (
	Office   = "300000"
	Shanghai = "310000"
	Anhui    = "340000"
)

// BasePort is the office's port unless another is asked for; a member listens on it plus its own number.
const BasePort = 8030

// Short is how folders and addresses name a node: the first two digits.
func (m Member) Short() string { return m.Code[:2] }

// face is whose house the pages say it is.
func (m Member) face() web.Node {
	return web.Node{Code: m.Code, Seal: m.Seal, Class: m.Class, Name: m.Name, Community: community, Synthetic: true}
}
