package demo

import (
	"strings"

	"corridor/internal/fault"
)

// Person is a demonstration account. Nobody real: people are named by what they do.
type Person struct {
	Node   string
	Email  string
	Name   fault.Words
	Org    string // code of an organisation of the world, id of an office, or ""
	Role   string // one or several, joined by |
	Region string // of the grants; "" is the whole node
}

// Password is that of every demonstration account. It opens nothing but a demonstration on one's own machine.
const Password = "corridor-demo-only"

// People are those of the office, then of each jurisdiction: enough that everything that its schemes want of a desk can
// be done by somebody, and what must not be one person is two.
var People = append([]Person{
	{Office, "admin@office.example", fault.Words{"办公室管理员（演示）", "Office administrator (demo)"}, "", "node_admin", ""},
	{Office, "editor@office.example", fault.Words{"文件审核员（演示）", "Document editor (demo)"}, "", "editor", ""},
	{Office, "planner@office.example", fault.Words{"任务计划员（演示）", "Planner (demo)"}, "", "planner", ""},
	{Office, "shanghai@office.example", fault.Words{"上海科技岗（演示）", "Shanghai science desk (demo)"}, "", "science", Shanghai},
	{Office, "anhui@office.example", fault.Words{"安徽科技岗（演示）", "Anhui science desk (demo)"}, "", "science", Anhui},
	{Office, "head@office.example", fault.Words{"安徽负责人（演示）", "Head, Anhui (demo)"}, "", "head", Anhui},

	{Shanghai, "firm@shanghai.example", fault.Words{"上海企业经办人（演示）", "Clerk of the firm (demo)"}, ShanghaiFirm, "org_admin", ""},
	{Shanghai, "lab@shanghai.example", fault.Words{"仪器管理员（演示）", "Laboratory operator (demo)"}, Lab, "lab_operator|org_admin", Shanghai},
	{Shanghai, "bank1@shanghai.example", fault.Words{"银行客户经理一（演示）", "Clerk of bank 1 (demo)"}, BankOne, "org_admin|bank", ""},
	{Shanghai, "bank2@shanghai.example", fault.Words{"银行客户经理二（演示）", "Clerk of bank 2 (demo)"}, BankTwo, "org_admin|bank", ""},
	{Shanghai, "bank3@shanghai.example", fault.Words{"银行客户经理三（演示）", "Clerk of bank 3 (demo)"}, BankThree, "org_admin|bank", ""},
	{Shanghai, "broker@shanghai.example", fault.Words{"技术经理人（演示）", "Technology manager (demo)"}, ShanghaiBroker, "tech_manager", ""},
	{Jiangsu, "firm@jiangsu.example", fault.Words{"江苏企业经办人（演示）", "Clerk of the firm (demo)"}, JiangsuFirm, "org_admin", ""},
	{Jiangsu, "lab@jiangsu.example", fault.Words{"机构经办人（演示）", "Clerk of the laboratory (demo)"}, JiangsuLab, "org_admin", ""},
	{Zhejiang, "firm@zhejiang.example", fault.Words{"浙江企业经办人（演示）", "Clerk of the firm (demo)"}, ZhejiangFirm, "org_admin", ""},
	{Zhejiang, "lab@zhejiang.example", fault.Words{"机构经办人（演示）", "Clerk of the laboratory (demo)"}, ZhejiangLab, "org_admin", ""},
	{Anhui, "firm@anhui.example", fault.Words{"小企业经办人（演示）", "Clerk of the small firm (demo)"}, SmallFirm, "org_admin", ""},
	{Anhui, "big@anhui.example", fault.Words{"大企业经办人（演示）", "Clerk of the large firm (demo)"}, LargeFirm, "org_admin", ""},
	{Anhui, "lab@anhui.example", fault.Words{"上海机构经办人（演示）", "Clerk of the Shanghai laboratory (demo)"}, Lab, "org_admin", ""},
	{Anhui, "broker@anhui.example", fault.Words{"技术经理人（演示）", "Technology manager (demo)"}, AnhuiBroker, "tech_manager", ""},
	{Anhui, "planner@anhui.example", fault.Words{"任务计划员（演示）", "Planner (demo)"}, "", "planner", ""}, // consortia have their tasks in the register
	{Anhui, "audit@anhui.example", fault.Words{"审计员（演示）", "Auditor (demo)"}, "", "auditor", ""},
	{Anhui, "city@anhui.example", fault.Words{"合肥推荐员（演示）", "Recommending officer, Hefei (demo)"}, "", "voucher_city", "340100"},
}, desks()...)

// desks are the officers of each jurisdiction.
func desks() (all []Person) {
	for _, j := range []struct {
		code, mail string
		name       fault.Words
	}{{Shanghai, "shanghai", fault.Words{"上海", "Shanghai"}}, {Jiangsu, "jiangsu", fault.Words{"江苏", "Jiangsu"}},
		{Zhejiang, "zhejiang", fault.Words{"浙江", "Zhejiang"}}, {Anhui, "anhui", fault.Words{"安徽", "Anhui"}}} {
		desk := func(mail, zh, en, office, role string) {
			if office != "" {
				office = j.code + "." + office
			}
			all = append(all, Person{j.code, mail + "@" + j.mail + ".example", fault.Words{zh + "（演示）", en + " (demo)"}, office, role, j.code})
		}
		all = append(all, Person{j.code, "admin@" + j.mail + ".example", fault.Words{j.name[0] + "管理员（演示）", j.name[1] + " administrator (demo)"}, "", "node_admin", ""})
		desk("review", "创新券审核员", "Voucher reviewer", "", "voucher_review")
		desk("finance", "创新券兑付员", "Voucher payment officer", "", "voucher_finance|finance|benefit_finance")
		desk("release", "付款清单签发员", "Officer who releases payment lists", "", "voucher_finance|finance|benefit_finance")
		desk("check", "创新券抽查员", "Voucher audit officer", "", "voucher_audit")
		desk("supervise", "督办员", "Supervisor of all desks", "", "voucher_supervise|voucher_audit|appeal_supervise|construction_supervise")
		desk("desk", "业务经办员", "Officer of the general desks", "", "science|industry|approval|review|benefit_review|recognition_review")
		desk("head", "负责人", "Head of the general desks", "", "head|recognition_head")
		desk("deputy", "副负责人", "Deputy head of the general desks", "", "head|recognition_head|finance") // who also pays where nobody else does
		desk("window", "综合窗口人员", "Officer at the one window", "", "appeal_dispatch|acceptance_window")
		desk("science", "科技部门承办人", "Handling officer, science", "science", "appeal_unit")
		if j.code == Shanghai || j.code == Anhui { // whose packs ask these offices
			desk("planning", "规划部门人员", "Officer, planning", "planning", "acceptance_department|appeal_unit")
			desk("fire", "消防部门人员", "Officer, fire safety", "fire", "acceptance_department|appeal_unit")
			desk("housing", "住建部门人员", "Officer, housing and construction", "housing", "construction_authority")
		} else {
			desk("finances", "财政部门承办人", "Handling officer, finance", "finance", "appeal_unit")
		}
	}
	for _, c := range []struct{ mail, zh, en, role string }{{"cityreview", "苏州市级审核员", "Reviewer of Suzhou", "voucher_city"}, {"citypay", "苏州市级财务", "Payment officer of Suzhou", "finance"},
		{"cityrelease", "苏州付款清单签发员", "Officer of Suzhou who releases payment lists", "finance"}, {"cityhead", "苏州市级负责人", "Head in Suzhou", "head"}} {
		all = append(all, Person{Jiangsu, c.mail + "@jiangsu.example", fault.Words{c.zh + "（演示）", c.en + " (demo)"}, "", c.role, "320500"})
	}
	for _, e := range experts() {
		all = append(all, e.Person)
	}
	return all
}

// Group is what a demonstration account is for, so that sign-ins are printed together.
func (p Person) Group() fault.Words {
	role, _, _ := strings.Cut(p.Role, "|")
	switch {
	case p.Org != "" && !strings.Contains(p.Org, "."):
		return fault.Words{"企业和机构", "firms and laboratories"}
	case strings.HasPrefix(role, "voucher_"):
		return fault.Words{"创新券", "vouchers"}
	case strings.HasPrefix(role, "appeal_"), strings.HasPrefix(role, "acceptance_"), strings.HasPrefix(role, "construction_"):
		return fault.Words{"诉求与验收", "appeals and acceptance"}
	}
	if role == "expert" {
		return fault.Words{"评审专家", "experts"}
	}
	if role == "node_admin" || role == "auditor" || p.Node == Office {
		return fault.Words{"节点", "the node"}
	}
	return fault.Words{"一般岗位", "general desks"}
}

// Groups are the people of a node, together by what they are for, in the order in which the groups are first met.
func Groups(node string) (names []fault.Words, people map[fault.Words][]Person) {
	people = map[fault.Words][]Person{}
	for _, p := range People {
		if p.Node != node {
			continue
		}
		g := p.Group()
		if people[g] == nil {
			names = append(names, g)
		}
		people[g] = append(people[g], p)
	}
	return names, people
}
