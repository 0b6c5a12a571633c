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

// Members are the office, which follows all logs and owns no money, and the four jurisdictions.
var Members = []Member{
	{Code: Office, Port: 0, Seal: "共", Class: "r30", Name: fault.Words{"共同体办公室节点", "Office of the community"}},
	{Code: Shanghai, Port: 1, Seal: "沪", Class: "r31", Name: fault.Words{"上海节点", "Shanghai node"}},
	{Code: Jiangsu, Port: 2, Seal: "苏", Class: "r32", Name: fault.Words{"江苏节点", "Jiangsu node"}},
	{Code: Zhejiang, Port: 3, Seal: "浙", Class: "r33", Name: fault.Words{"浙江节点", "Zhejiang node"}},
	{Code: Anhui, Port: 4, Seal: "皖", Class: "r34", Name: fault.Words{"安徽节点", "Anhui node"}},
}

// Codes of the members.
const (
	Office   = "300000"
	Shanghai = "310000"
	Jiangsu  = "320000"
	Zhejiang = "330000"
	Anhui    = "340000"
)

// BasePort is the office's port unless another is asked for; a member listens on it plus its own number.
const BasePort = 8030

// memberOf finds a member by its code.
func memberOf(code string) Member {
	for _, m := range Members {
		if m.Code == code {
			return m
		}
	}
	return Member{}
}

// Short is how folders and addresses name a node: the first two digits.
func (m Member) Short() string { return m.Code[:2] }

// face is whose house the pages say it is.
func (m Member) face() web.Node {
	return web.Node{Code: m.Code, Seal: m.Seal, Class: m.Class, Name: m.Name, Community: community, Synthetic: true}
}
