package web

import (
	"strings"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// sections are the side navigation: what somebody has to do first, then what is offered, what can be asked for, the
// money, what was promised, what can be checked, and what is kept. A page has the permission that it asks for. A group
// stands open for everybody where all say so, else for whom it holds more than a visitor sees, and where its page is shown.
var sections = []struct {
	name  fault.Words
	all   bool
	items []section
}{
	{fault.Words{"我的事", "My work"}, true, []section{
		{"/ours", fault.Words{"我单位", "Our organisation"}, access.CaseCreate},
		{"/office", fault.Words{"岗位总览", "The desk at a glance"}, access.CaseQueue},
		{"/deadlines", fault.Words{"期限日历", "Deadlines"}, access.NoticeRead},
		{"/needs", fault.Words{"需求对接", "Needs"}, access.ListingRead},
		{"/queue", fault.Words{"待办", "Waiting for me"}, access.CaseAct},
		{"/cases", fault.Words{"申请与办件", "Cases"}, access.CaseRead},
		{"/cases/abroad", fault.Words{"外地办件", "Cases of other nodes"}, access.CaseRead},
		{"/scores", fault.Words{"本行评分", "Score sheet"}, access.ScoreManage},
		{"/cases/payers", fault.Words{"多方出资", "Several payers"}, access.CaseRead},
		{"/bookings", fault.Words{"我的预约", "Bookings"}, access.BookingCreate},
		{"/uses", fault.Words{"使用、样品与账单", "Uses, samples, bills"}, access.BookingCreate},
		{"/panels", fault.Words{"抽取前核对", "Before the draw"}, access.CaseQueue},
		{"/patterns", fault.Words{"异常情形", "Unusual patterns"}, access.CaseQueue},
		{"/rounds", fault.Words{"集中评定", "Rounds"}, access.CaseQueue},
		{"/starts", fault.Words{"免申即享开办", "Opened unasked"}, access.CaseQueue},
	}},
	{fault.Words{"资源", "Resources"}, true, []section{
		{"/search", fault.Words{"找资源", "Find resources"}, access.ListingRead},
		{"/instruments", fault.Words{"仪器预约", "Instruments"}, access.ListingRead},
		{"/listings", fault.Words{"共享资源", "What is offered"}, access.ListingRead},
		{"/listings/desk", fault.Words{"资源审核", "Review of listings"}, access.ListingPublish},
		{"/usage", fault.Words{"机时与收费", "Hours and charges"}, access.BookingManage},
	}},
	{fault.Words{"政策与申报", "Support"}, true, []section{
		{"/open", fault.Words{"能申报什么", "What is open to us"}, access.CaseRead},
		{"/calls", fault.Words{"揭榜与征集", "Open calls"}, access.CaseRead},
		{"/schemes", fault.Words{"事项", "Schemes"}, access.SchemeRead},
		{"/public-notices", fault.Words{"公示", "Public notices"}, access.CaseObject},
		{"/recognised", fault.Words{"互认清单", "Recognised"}, access.FederationRead},
	}},
	{fault.Words{"资金", "Money"}, true, []section{
		{"/payments/lists", fault.Words{"付款", "Payments"}, access.PaymentRead},
		{"/payees", fault.Words{"收款账户", "Payees' accounts"}, access.PayeeEdit},
		{"/budgets", fault.Words{"预算执行", "Budgets"}, access.BudgetRead},
		{"/statements", fault.Words{"跨省对账单", "Statements"}, access.StatementRead},
		{"/services", fault.Words{"外地订单开票", "Bills for elsewhere"}, access.ServiceRecord},
		{"/books", fault.Words{"账簿", "Books"}, access.BooksRead},
	}},
	{fault.Words{"承诺与文件", "Promises"}, false, []section{
		{"/documents", fault.Words{"文件审阅", "Documents"}, access.DocumentRead},
		{"/agreements", fault.Words{"协议登记", "Agreements"}, access.AgreementRead},
		{"/plans", fault.Words{"计划与清单", "Plans and lists"}, access.TaskRead},
		{"/tasks", fault.Words{"承诺与任务", "Promises and tasks"}, access.TaskRead},
		{"/practical", fault.Words{"实事项目", "Practical projects"}, access.TaskRead},
		{"/knowledge", fault.Words{"知识库", "Knowledge base"}, access.KnowledgeRead},
		{"/clauses", fault.Words{"条文与依据", "Clauses"}, access.KnowledgeRead},
	}},
	{fault.Words{"数字", "Figures"}, false, []section{
		{"/figures", fault.Words{"指标", "Indicators"}, access.FigureRead},
		{"/flows", fault.Words{"谁用谁的资源", "Who uses whose"}, access.FigureRead},
		{"/map", fault.Words{"城市格图", "Map of cities"}, access.FigureRead},
		{"/systems", fault.Words{"系统目录", "Systems"}, access.SystemsRead},
	}},
	{fault.Words{"核对", "Check"}, false, []section{
		{"/log", fault.Words{"公开日志", "Public log"}, access.LogRead},
		{"/trust", fault.Words{"信任", "Trust"}, access.FederationRead},
		{"/verify", fault.Words{"核验证明", "Check a certificate"}, access.LogRead},
		{"/calendar", fault.Words{"工作日历", "Working days"}, access.CalendarRead},
		{"/journal", fault.Words{"操作日志", "Act journal"}, access.JournalRead},
	}},
	{fault.Words{"邻站往来", "Between nodes"}, false, []section{
		{"/neighbours", fault.Words{"邻站", "Neighbours"}, access.FederationRead},
		{"/letters", fault.Words{"节点间信件", "Letters"}, access.LetterRead},
		{"/once", fault.Words{"凭证一次使用", "Used once"}, access.LetterRead},
		{"/slots", fault.Words{"跨节点时段", "Slots held together"}, access.LetterRead},
	}},
	{fault.Words{"登记与管理", "Registry"}, false, []section{
		{"/registry", fault.Words{"主体登记", "Organisations"}, access.RegistryRead},
		{"/authorities", fault.Words{"部门与协定", "Authorities"}, access.RegistryRead},
		{"/catalogues", fault.Words{"代码名录", "Lists of codes"}, access.RegistryEdit},
		{"/experts", fault.Words{"专家库", "Pools of experts"}, access.RegistryEdit},
		{"/credentials/given", fault.Words{"个人证书发放", "Persons' certificates"}, access.RegistryEdit},
		{"/people", fault.Words{"人员与角色", "People and roles"}, access.PeopleManage},
		{"/jobs", fault.Words{"后台作业", "Jobs"}, access.JobsManage},
	}},
}

type section struct {
	path  string
	words fault.Words
	perm  access.Permission
}

// sectionWants is what each page of the sections wants, by its path.
var sectionWants = func() map[string]access.Permission {
	out := map[string]access.Permission{}
	for _, g := range sections {
		for _, i := range g.items {
			out[i.path] = i.perm
		}
	}
	return out
}()

// sectionsOfDesks are pages that an organisation's permission does not open, though a desk holds the same: those of places, and
// those of the place that this node serves.
var sectionsOfDesks = map[string]func(*visit, access.Permission) bool{
	"/listings/desk":     (*visit).mayInPlaces,
	"/statements":        (*visit).mayHere,
	"/books":             (*visit).mayHere,
	"/experts":           (*visit).mayHere,
	"/credentials/given": (*visit).mayHere,
}

// mayInPlaces says whether this person holds a permission over a place, not only for an organisation.
func (v *visit) mayInPlaces(p access.Permission) bool {
	r := access.ReachOf(v.who, p)
	return r.All || len(r.Regions) > 0
}

// mayHere says whether this person holds a permission over the whole jurisdiction of the node.
func (v *visit) mayHere(p access.Permission) bool {
	return access.May(v.who, p, access.Scope{Region: unit.Region(v.s.c.Node.Code)}) == nil
}

// opens says whether this person can open a page that names no record, as far as the table of operations and the sections know. Of
// an address that is no such page it says yes: whose record it is, is known to the room that has it.
func (v *visit) opens(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	path, _, _ = strings.Cut(path, "#")
	perm, known := v.s.readers[path]
	if !known {
		return true
	}
	if wants, section := sectionWants[path]; section && access.MaySomewhere(v.who, wants) != nil {
		return false
	}
	desks := sectionsOfDesks[path]
	return access.MaySomewhere(v.who, perm) == nil && (desks == nil || desks(v, perm))
}

// nav is what of the sections this person can open.
func (v *visit) nav() []navGroup {
	here, at := v.path(), ""
	for _, g := range sections { // the nearest of the pages that this one lies under
		for _, i := range g.items {
			if (here == i.path || strings.HasPrefix(here, i.path+"/")) && len(i.path) > len(at) {
				at = i.path
			}
		}
	}
	var out []navGroup
	for _, g := range sections {
		group := navGroup{Name: g.name.In(v.lang), Open: g.all}
		for _, i := range g.items {
			if !v.opens(i.path) {
				continue
			}
			group.Items = append(group.Items, navItem{Path: i.path, Name: i.words.In(v.lang), Here: i.path == at})
			group.Open = group.Open || i.path == at || access.MaySomewhere(access.Actor{}, i.perm) != nil
		}
		if len(group.Items) > 0 {
			out = append(out, group)
		}
	}
	return out
}
