package web

import (
	"net/http"
	"strings"

	"corridor/internal/access"
	"corridor/internal/fault"
)

// routes is the table of operations: every address, with the permission that it asks for. The API's are in api.go.
func (s *Server) routes() {
	s.page("GET", "/{$}", access.HomeRead, (*visit).home)
	s.page("GET", "/signin", access.SessionCreate, (*visit).signInForm)
	s.page("POST", "/signin", access.SessionCreate, (*visit).signIn)
	s.page("POST", "/signout", access.SessionCreate, (*visit).signOut)
	s.page("GET", "/welcome", access.SessionCreate, (*visit).welcomeForm)
	s.page("POST", "/welcome", access.SessionCreate, (*visit).welcome)

	s.page("GET", "/code", access.SessionCreate, (*visit).codeForm)
	s.page("POST", "/code", access.SessionCreate, (*visit).giveCode)
	s.again()
	s.page("GET", "/enrol", access.SessionCreate, (*visit).enrolForm)
	s.page("POST", "/enrol", access.SessionCreate, (*visit).enrol)
	s.page("GET", "/forgot", access.SessionCreate, (*visit).forgotForm)
	s.page("POST", "/forgot", access.SessionCreate, (*visit).forgot)
	s.page("GET", "/signin/{provider}/leave", access.SessionCreate, (*visit).leave)
	s.page("GET", "/signin/{provider}", access.SessionCreate, (*visit).returned)

	s.page("GET", "/account", access.PersonRead, (*visit).account)
	s.page("POST", "/account/data", access.PersonEdit, (*visit).correctAccount)
	s.page("POST", "/account/password", access.PersonEdit, (*visit).changePassword)
	s.page("POST", "/account/codes", access.PersonEdit, (*visit).codes)
	s.page("POST", "/account/sessions/{id}/end", access.SessionEnd, (*visit).endSession)
	s.page("POST", "/account/sessions/end", access.SessionEnd, (*visit).endOtherSessions)
	s.page("POST", "/account/tokens", access.TokenManage, (*visit).newToken)
	s.page("POST", "/account/tokens/{id}/end", access.TokenManage, (*visit).endToken)
	s.page("GET", "/account/export", access.PersonRead, (*visit).exportAccount)
	s.page("POST", "/account/erase", access.PersonEdit, (*visit).eraseAccount)

	s.page("GET", "/people", access.PeopleManage, (*visit).people)
	s.page("POST", "/people", access.PeopleManage, (*visit).invite)
	s.page("GET", "/people/{id}", access.PeopleManage, (*visit).person)
	s.page("POST", "/people/{id}/grants", access.PeopleManage, (*visit).giveRole)
	s.page("POST", "/people/{id}/grants/{grant}/end", access.PeopleManage, (*visit).takeRole)
	s.page("POST", "/people/{id}/state", access.PeopleManage, (*visit).setState)
	s.page("POST", "/people/{id}/recover", access.PeopleManage, (*visit).recoverPerson)

	if s.c.Notices != nil {
		s.page("GET", "/notices", access.NoticeRead, (*visit).notices)
		s.page("GET", "/notices/{id}", access.NoticeRead, (*visit).openNotice)
		s.page("POST", "/notices/read", access.NoticeRead, (*visit).readNotices)
		s.page("POST", "/account/wish", access.NoticeRead, (*visit).wish)
	}
	s.usagePages()
	s.labPages()
	s.page("GET", "/calendar", access.CalendarRead, (*visit).calendar)
	s.page("POST", "/calendar", access.CalendarLoad, (*visit).loadNotice)
	s.page("GET", "/jobs", access.JobsManage, (*visit).jobs)
	s.page("POST", "/jobs/{id}", access.JobsManage, (*visit).decideJob)

	s.page("GET", "/documents", access.DocumentRead, (*visit).documents)
	s.page("POST", "/documents", access.DocumentUpload, (*visit).upload)
	s.page("GET", "/documents/{id}", access.DocumentRead, (*visit).document)
	s.page("GET", "/documents/{id}/original", access.DocumentRead, (*visit).original)
	s.page("POST", "/documents/{id}/names", access.DocumentDecide, (*visit).decideNames)
	s.page("POST", "/documents/{id}/findings/{no}", access.DocumentDecide, (*visit).decide)
	s.page("POST", "/documents/{id}/findings/{no}/undo", access.DocumentDecide, (*visit).undo)
	s.page("POST", "/documents/{id}/public", access.DocumentDecide, (*visit).publishDocument)
	s.page("GET", "/documents/{id}/facts", access.DocumentRead, (*visit).exportFacts)
	s.page("GET", "/documents/compare", access.DocumentRead, (*visit).compareDocuments)
	s.page("GET", "/documents/compare/changes", access.DocumentRead, (*visit).changes)
	s.page("GET", "/knowledge", access.KnowledgeRead, (*visit).knowledge)
	s.page("GET", "/knowledge/search", access.DocumentRead, (*visit).passages)
	s.page("GET", "/knowledge/{id}", access.KnowledgeRead, (*visit).subject)
	s.page("POST", "/knowledge/{id}/join", access.KnowledgeEdit, (*visit).joinSubject)
	s.page("POST", "/knowledge/{id}/split", access.KnowledgeEdit, (*visit).splitSubject)
	s.page("POST", "/knowledge/{id}/link", access.KnowledgeEdit, (*visit).linkSubject)
	s.page("GET", "/clauses", access.KnowledgeRead, (*visit).clausesList)
	s.page("POST", "/clauses", access.KnowledgeEdit, (*visit).nameSource)
	s.page("GET", "/clauses/{id}", access.KnowledgeRead, (*visit).regulation)
	s.page("GET", "/clauses/{id}/{path}", access.KnowledgeRead, (*visit).regulation)

	s.promises()
	s.money()
	s.listed()
	s.machineCatalogue()

	s.editionRoutes()
	s.page("GET", "/schemes", access.SchemeRead, (*visit).schemes)
	s.page("GET", "/schemes/{id}", access.SchemeRead, (*visit).scheme)
	s.page("POST", "/cases", access.CaseCreate, (*visit).openCase)
	s.page("GET", "/cases", access.CaseRead, (*visit).cases)
	s.page("GET", "/cases/{id}", access.CaseRead, (*visit).oneCase)
	s.page("GET", "/cases/{id}/replay", access.CaseRead, (*visit).replayCase)
	s.page("POST", "/cases/{id}/form", access.CaseAct, (*visit).saveCase)
	s.page("POST", "/cases/{id}/actions/{action}", access.CaseAct, (*visit).actCase)
	s.page("GET", "/cases/{id}/files/{digest}", access.CaseRead, (*visit).caseFile)
	s.front()
	s.forms()
	s.discards()
	s.askPages()
	s.bookPages()
	s.many()
	s.finding()
	s.onceRoutes()
	s.slotRoutes()
	s.takeBackRoutes()
	s.abroadRoutes()
	s.payerRoutes()
	s.recognitionRoutes()
	s.stateRoutes()
	s.credentialRoutes()

	s.page("GET", "/registry", access.RegistryRead, (*visit).organisations)
	s.page("GET", "/registry/export", access.RegistryRead, (*visit).exportOrganisations)
	s.page("GET", "/registry/import", access.RegistryEdit, (*visit).importForm)
	s.page("POST", "/registry/import", access.RegistryEdit, (*visit).importFile)
	s.page("GET", "/registry/template", access.RegistryEdit, (*visit).importTemplate)
	s.page("GET", "/authorities", access.RegistryRead, (*visit).authorities)
	s.page("GET", "/registry/{code}", access.RegistryRead, (*visit).organisation)
	s.page("POST", "/registry/{code}/people", access.RegistryEdit, (*visit).addPerson)
	s.page("POST", "/registry/{code}/mandates/{id}/end", access.RegistryEdit, (*visit).endMandate)
	s.page("GET", "/persons/{id}", access.PersonRead, (*visit).registryPerson)
	s.page("POST", "/persons/{id}", access.PersonEdit, (*visit).correctRegistryPerson)
	s.page("GET", "/persons/{id}/export", access.PersonRead, (*visit).exportRegistryPerson)
	s.page("POST", "/persons/{id}/erase", access.PersonEdit, (*visit).eraseRegistryPerson)
	s.page("GET", "/books", access.BooksRead, (*visit).books)
	s.page("GET", "/books/entries", access.BooksRead, (*visit).entries)
	s.page("GET", "/books/text/{format}", access.BooksRead, (*visit).booksText)
	s.page("GET", "/journal", access.JournalRead, (*visit).journal)

	s.page("GET", "/figures", access.FigureRead, (*visit).figures)
	s.page("GET", "/figures/{id}", access.FigureRead, (*visit).figure)
	s.flowPages()
	s.page("GET", "/trust", access.FederationRead, (*visit).trust)
	s.page("GET", "/neighbours", access.FederationRead, (*visit).neighbours)
	s.page("POST", "/neighbours", access.FederationKeep, (*visit).askNeighbour)
	s.page("GET", "/neighbours/{code}", access.FederationRead, (*visit).evidence)
	s.page("GET", "/neighbours/{code}/receipts/{index}", access.LogRead, (*visit).neighbourReceipt)
	s.page("POST", "/neighbours/requests/{id}", access.FederationKeep, (*visit).decideNeighbour)
	s.page("POST", "/neighbours/{code}", access.FederationKeep, (*visit).clearNeighbour)
	s.page("GET", "/letters", access.LetterRead, (*visit).letters)
	s.page("POST", "/letters", access.FederationKeep, (*visit).writeLetter)
	s.page("GET", "/letters/{id}", access.LetterRead, (*visit).letter)
	s.page("POST", "/letters/in", access.TrustRead, (*visit).takeLetter)
	s.page("GET", "/community", access.FederationRead, (*visit).community)
	s.page("POST", "/community", access.FederationKeep, (*visit).takeCommunity)
	s.page("GET", "/systems", access.SystemsRead, (*visit).systems)

	s.page("GET", "/log", access.LogRead, (*visit).logPage)
	s.page("GET", "/log/entries/{index}", access.LogRead, (*visit).logEntry)
	s.page("GET", "/log/entries/{index}/record", access.LogRead, (*visit).record)
	s.page("GET", "/log/records", access.LogRead, (*visit).records)
	s.page("POST", "/log/witness/add-checkpoint", access.TrustRead, (*visit).witness)
	s.page("GET", "/log/checkpoint", access.LogRead, (*visit).checkpoint)
	s.page("GET", "/log/key", access.LogRead, (*visit).logKey)
	s.page("GET", "/log/tile/{path...}", access.LogRead, (*visit).tile)
	s.page("GET", "/receipts/{id}", access.ReceiptRead, (*visit).receipt)

	s.page("GET", "/api/openapi.json", access.HomeRead, (*visit).openAPI)
	s.page("GET", "/healthz", access.HomeRead, (*visit).health)
	s.page("GET", "/health/ready", access.HomeRead, (*visit).health)
	s.page("GET", "/health/live", access.HomeRead, (*visit).alive)
	s.metricsPage()
	if s.c.Clock != nil {
		s.page("POST", "/clock", access.DemoClock, (*visit).moveClock)
	}
	s.api()
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		drain(r.Body)
		s.fail(w, r, fault.New(fault.NotFound, "web.no_page"))
	})
}

// sections are the side navigation: groups of pages, each with the permission that it asks for.
var sections = []struct {
	name  fault.Words
	items []section
}{
	{fault.Words{"办事", "Do"}, []section{
		{"/search", fault.Words{"找资源", "Find resources"}, access.ListingRead},
		{"/queue", fault.Words{"待办", "Waiting for me"}, access.CaseAct},
		{"/cases", fault.Words{"申请与办件", "Cases"}, access.CaseRead},
		{"/cases/abroad", fault.Words{"外地办件", "Cases of other nodes"}, access.CaseRead},
		{"/cases/payers", fault.Words{"多方出资", "Several payers"}, access.CaseRead},
		{"/instruments", fault.Words{"仪器预约", "Instruments"}, access.ListingRead},
		{"/bookings", fault.Words{"我的预约", "Bookings"}, access.BookingCreate},
		{"/uses", fault.Words{"使用、样品与账单", "Uses, samples, bills"}, access.BookingCreate},
		{"/open", fault.Words{"能申报什么", "What is open to us"}, access.CaseRead},
		{"/rounds", fault.Words{"集中评定", "Rounds"}, access.CaseQueue},
		{"/starts", fault.Words{"免申即享开办", "Opened unasked"}, access.CaseQueue},
		{"/schemes", fault.Words{"事项", "Schemes"}, access.SchemeRead},
		{"/public-notices", fault.Words{"公示", "Public notices"}, access.CaseObject},
		{"/payments/lists", fault.Words{"付款", "Payments"}, access.PaymentRead},
		{"/payees", fault.Words{"收款账户", "Payees' accounts"}, access.PayeeEdit},
		{"/listings", fault.Words{"共享资源", "What is offered"}, access.ListingRead},
		{"/listings/desk", fault.Words{"资源审核", "Review of listings"}, access.ListingPublish},
		{"/registry", fault.Words{"主体登记", "Registry"}, access.RegistryRead},
		{"/usage", fault.Words{"机时与收费", "Hours and charges"}, access.BookingManage},
		{"/catalogues", fault.Words{"代码名录", "Lists of codes"}, access.RegistryEdit},
		{"/experts", fault.Words{"专家库", "Pools of experts"}, access.RegistryEdit},
		{"/authorities", fault.Words{"部门与协定", "Authorities"}, access.RegistryRead},
	}},
	{fault.Words{"共同体", "Community"}, []section{
		{"/documents", fault.Words{"文件审阅", "Documents"}, access.DocumentRead},
		{"/knowledge", fault.Words{"知识库", "Knowledge base"}, access.KnowledgeRead},
		{"/clauses", fault.Words{"条文与依据", "Clauses"}, access.KnowledgeRead},
		{"/agreements", fault.Words{"协议登记", "Agreements"}, access.AgreementRead},
		{"/plans", fault.Words{"计划与清单", "Plans and lists"}, access.TaskRead},
		{"/tasks", fault.Words{"承诺与任务", "Promises and tasks"}, access.TaskRead},
		{"/practical", fault.Words{"实事项目", "Practical projects"}, access.TaskRead},
		{"/figures", fault.Words{"数字", "Figures"}, access.FigureRead},
		{"/flows", fault.Words{"谁用谁的资源", "Who uses whose"}, access.FigureRead},
		{"/map", fault.Words{"城市格图", "Map of cities"}, access.FigureRead},
		{"/systems", fault.Words{"系统目录", "Systems"}, access.SystemsRead},
	}},
	{fault.Words{"核对", "Check"}, []section{
		{"/budgets", fault.Words{"预算执行", "Budgets"}, access.BudgetRead},
		{"/statements", fault.Words{"跨省对账单", "Statements"}, access.StatementRead},
		{"/services", fault.Words{"外地订单开票", "Bills for elsewhere"}, access.ServiceRecord},
		{"/books", fault.Words{"账簿", "Books"}, access.BooksRead},
		{"/log", fault.Words{"公开日志", "Public log"}, access.LogRead},
		{"/trust", fault.Words{"信任", "Trust"}, access.FederationRead},
		{"/neighbours", fault.Words{"邻站", "Neighbours"}, access.FederationRead},
		{"/calendar", fault.Words{"工作日历", "Working days"}, access.CalendarRead},
		{"/letters", fault.Words{"节点间信件", "Letters"}, access.LetterRead},
		{"/recognised", fault.Words{"互认清单", "Recognised"}, access.FederationRead},
		{"/verify", fault.Words{"核验证明", "Check a certificate"}, access.LogRead},
		{"/credentials/given", fault.Words{"个人证书发放", "Persons' certificates"}, access.RegistryEdit},
		{"/once", fault.Words{"凭证一次使用", "Used once"}, access.LetterRead},
		{"/slots", fault.Words{"跨节点时段", "Slots held together"}, access.LetterRead},
		{"/journal", fault.Words{"操作日志", "Act journal"}, access.JournalRead},
	}},
	{fault.Words{"管理", "Keep"}, []section{
		{"/people", fault.Words{"人员与角色", "People and roles"}, access.PeopleManage},
		{"/jobs", fault.Words{"后台作业", "Jobs"}, access.JobsManage},
	}},
}

type section struct {
	path  string
	words fault.Words
	perm  access.Permission
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
		group := navGroup{Name: g.name.In(v.lang)}
		for _, i := range g.items {
			if access.MaySomewhere(v.who, i.perm) == nil {
				group.Items = append(group.Items, navItem{Path: i.path, Name: i.words.In(v.lang), Here: i.path == at})
			}
		}
		if len(group.Items) > 0 {
			out = append(out, group)
		}
	}
	return out
}
