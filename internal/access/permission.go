package access

// Permission names one thing that may be done. Its text is stable: it stands in API tokens and in OpenAPI.
type Permission string

// The permissions, by what they are about. Who holds each stands in Rules alone.
const (
	HomeRead     Permission = "home.read"
	SystemsRead  Permission = "systems.read"
	StyleRead    Permission = "style.read"
	TrustRead    Permission = "trust.read"
	LogRead      Permission = "log.read"
	ReceiptRead  Permission = "receipt.read"
	FigureRead   Permission = "figure.read"
	FigureFreeze Permission = "figure.freeze"

	SessionCreate Permission = "session.create"
	SessionEnd    Permission = "session.end"
	PersonRead    Permission = "person.read"
	PersonEdit    Permission = "person.edit"
	TokenManage   Permission = "token.manage"
	PeopleManage  Permission = "people.manage"
	NoticeRead    Permission = "notice.read"
	NoticeAudit   Permission = "notice.audit"
	HookManage    Permission = "hook.manage"

	DocumentUpload Permission = "document.upload"
	DocumentRead   Permission = "document.read"
	DocumentDecide Permission = "document.decide"
	KnowledgeRead  Permission = "knowledge.read"
	KnowledgeEdit  Permission = "knowledge.edit"

	AgreementRead Permission = "agreement.read"
	AgreementPlan Permission = "agreement.plan"
	TaskRead      Permission = "task.read"
	TaskUpdate    Permission = "task.update"
	TaskVerify    Permission = "task.verify"

	AgreementInternal Permission = "agreement.internal"
	AgreementSign     Permission = "agreement.sign"
	TaskSupervise     Permission = "task.supervise"

	RegistryRead Permission = "registry.read"
	RegistryEdit Permission = "registry.edit"
	// LabelEdit is to enter and revoke labels outside a case, and to decide on what another asked for.
	LabelEdit Permission = "label.edit"

	SchemeRead    Permission = "scheme.read"
	SchemePropose Permission = "scheme.propose"
	SchemeAdopt   Permission = "scheme.adopt"
	SchemeTrial   Permission = "scheme.trial"

	CaseCreate Permission = "case.create"
	CaseRead   Permission = "case.read"
	CaseAct    Permission = "case.act"
	CaseQueue  Permission = "case.queue"
	CaseObject Permission = "case.object"
	// ScoreManage is to keep the score sheet of one's organisation, to read by it what others disclose to it, and to see what came out.
	ScoreManage Permission = "score.manage"

	ListingRead    Permission = "listing.read"
	ListingEdit    Permission = "listing.edit"
	ListingPublish Permission = "listing.publish"
	BookingCreate  Permission = "booking.create"
	BookingManage  Permission = "booking.manage"
	StatementRead  Permission = "statement.read"
	StatementSign  Permission = "statement.sign"
	ServiceRecord  Permission = "service.record"
	PaymentManage  Permission = "payment.manage"
	PaymentRead    Permission = "payment.read"
	PayeeEdit      Permission = "payee.edit"
	BudgetRead     Permission = "budget.read"
	BooksRead      Permission = "books.read"
	JournalRead    Permission = "journal.read"
	JobsManage     Permission = "jobs.manage"
	CalendarRead   Permission = "calendar.read"
	CalendarLoad   Permission = "calendar.load"
	MetricsRead    Permission = "metrics.read"
	DemoClock      Permission = "demo.clock"
	FederationRead Permission = "federation.read"
	FederationKeep Permission = "federation.manage"
	LetterRead     Permission = "letter.read"
	// RecognitionEdit is to propose what is recognised from other jurisdictions, and to decide on what another proposed.
	RecognitionEdit Permission = "recognition.edit"
)

// Desks stands in the table for every role of kind desk.
const Desks = "desk:*"

// Rule is one line of the table.
type Rule struct {
	Permission Permission
	ZH, EN     string
	Open       bool // everyone, signed in or not
	Own        bool // everyone signed in, for what is their own
	Holders    []Holder
	Hidden     bool // who may not do it may not know that the thing exists: refused as not found
	Token      bool // an API token may carry it
}

// Holder gives a permission to roles, within what the grant of the role covers.
type Holder struct {
	Roles []string
	Scope ScopeKind
}

// ScopeKind says which part of a grant bounds the permission.
type ScopeKind string

const (
	ScopeNone   ScopeKind = "none"   // the whole node
	ScopeRegion ScopeKind = "region" // the grant's region, and its office if it names one
	ScopeOrg    ScopeKind = "org"    // the grant's organisation
	ScopeOwn    ScopeKind = "own"    // the person alone
)

func by(scope ScopeKind, roles ...string) Holder { return Holder{Roles: roles, Scope: scope} }

// Rules is the one table of permissions. A permission that does not stand here is held by nobody.
var Rules = []Rule{
	{Permission: HomeRead, ZH: "查看首页", EN: "Read the home page", Open: true, Token: true},
	{Permission: SystemsRead, ZH: "查看系统目录", EN: "Read the directory of systems", Open: true, Token: true},
	{Permission: StyleRead, ZH: "查看界面样式", EN: "Read the style page", Open: true, Token: true},
	{Permission: TrustRead, ZH: "查看信任信息", EN: "Read keys and trust", Open: true, Token: true},
	{Permission: LogRead, ZH: "查看透明日志", EN: "Read the transparency log", Open: true, Token: true},
	{Permission: ReceiptRead, ZH: "查看存证回执", EN: "Read a receipt", Open: true, Token: true},
	{Permission: FigureRead, ZH: "查看指标数据", EN: "Read figures", Open: true, Token: true},
	{Permission: FigureFreeze, ZH: "发布指标版次", EN: "Freeze an edition of figures", Holders: []Holder{by(ScopeRegion, "editor", "planner")}},

	{Permission: SessionCreate, ZH: "登录", EN: "Sign in", Open: true},
	{Permission: SessionEnd, ZH: "查看并结束本人会话", EN: "List and end one's sessions", Own: true, Holders: []Holder{by(ScopeRegion, "node_admin")}},
	{Permission: PersonRead, ZH: "查看个人信息", EN: "Read a person's data", Own: true, Hidden: true, Token: true, Holders: []Holder{by(ScopeRegion, "node_admin"), by(ScopeOrg, "org_admin")}},
	{Permission: PersonEdit, ZH: "更正或注销个人信息", EN: "Correct or erase a person's data", Own: true, Hidden: true, Holders: []Holder{by(ScopeRegion, "node_admin")}},
	{Permission: TokenManage, ZH: "管理本人接口令牌", EN: "Manage one's API tokens", Own: true, Holders: []Holder{by(ScopeRegion, "node_admin")}},
	{Permission: PeopleManage, ZH: "邀请人员、授予和收回角色", EN: "Invite people, give and take roles", Hidden: true, Holders: []Holder{by(ScopeRegion, "node_admin"), by(ScopeOrg, "org_admin")}},
	{Permission: NoticeRead, ZH: "查看本人通知", EN: "Read one's notices", Own: true, Hidden: true, Token: true},
	{Permission: NoticeAudit, ZH: "查看某事项发过哪些通知", EN: "Read what was told of something", Hidden: true, Token: true, Holders: []Holder{by(ScopeRegion, "auditor")}},
	{Permission: HookManage, ZH: "登记接收通知的系统", EN: "Manage the systems that hear notices", Hidden: true, Holders: []Holder{by(ScopeNone, "node_admin"), by(ScopeOrg, "org_admin")}},

	{Permission: DocumentUpload, ZH: "上传文件", EN: "Upload documents", Token: true, Holders: []Holder{by(ScopeRegion, "editor", "planner", Desks)}},
	{Permission: DocumentRead, ZH: "查看待核文件", EN: "Read documents under review", Hidden: true, Token: true, Holders: []Holder{by(ScopeRegion, "editor", "planner", "auditor", Desks)}},
	{Permission: DocumentDecide, ZH: "核定文件提取结果", EN: "Decide what a document says", Hidden: true, Holders: []Holder{by(ScopeRegion, "editor")}},
	{Permission: KnowledgeRead, ZH: "查看知识库中公开的内容", EN: "Read what is public of the knowledge base", Open: true, Token: true},
	{Permission: KnowledgeEdit, ZH: "合并、拆分和对应知识库对象", EN: "Join, split and link subjects of the knowledge base", Token: true, Holders: []Holder{by(ScopeRegion, "editor", "planner")}},

	{Permission: AgreementRead, ZH: "查看协议", EN: "Read agreements", Open: true, Token: true},
	{Permission: AgreementPlan, ZH: "编制协议计划", EN: "Plan an agreement", Holders: []Holder{by(ScopeRegion, "editor", "planner")}},
	{Permission: TaskRead, ZH: "查看任务", EN: "Read tasks", Open: true, Token: true},
	{Permission: TaskUpdate, ZH: "更新任务进展", EN: "Update a task", Token: true, Holders: []Holder{by(ScopeRegion, "editor", "planner", Desks), by(ScopeOrg, "org_admin", "org_member")}},
	{Permission: TaskVerify, ZH: "核验任务完成", EN: "Verify a task", Holders: []Holder{by(ScopeRegion, "editor", "auditor", Desks), by(ScopeOrg, "org_admin")}},
	{Permission: TaskSupervise, ZH: "催办督办任务", EN: "Urge and supervise a task", Holders: []Holder{by(ScopeRegion, "editor", "planner", "head")}},
	{Permission: AgreementInternal, ZH: "查看内部协议", EN: "Read agreements that are not public", Hidden: true, Token: true, Holders: []Holder{by(ScopeRegion, "editor", "planner", "auditor", Desks), by(ScopeOrg, "org_admin", "org_member")}},
	{Permission: AgreementSign, ZH: "代表签约方签署协议", EN: "Sign an agreement for a party", Holders: []Holder{by(ScopeRegion, "planner", "head"), by(ScopeOrg, "org_admin")}},

	{Permission: RegistryRead, ZH: "查看主体登记", EN: "Read the registry", Open: true, Token: true},
	{Permission: RegistryEdit, ZH: "维护主体登记", EN: "Edit the registry", Token: true, Holders: []Holder{by(ScopeRegion, "node_admin", "editor", "science", "industry", "approval"), by(ScopeOrg, "org_admin")}},

	{Permission: LabelEdit, ZH: "登记和撤销资质", EN: "Enter and revoke labels", Token: true, Holders: []Holder{by(ScopeRegion, "editor", "science", "industry", "approval", "recognition_review", "recognition_head", "head")}},

	{Permission: SchemeRead, ZH: "查看办事规则", EN: "Read schemes", Open: true, Token: true},
	{Permission: SchemePropose, ZH: "提交规则版本", EN: "Propose an edition of a scheme", Token: true, Holders: []Holder{by(ScopeRegion, "science", "finance", "industry", "approval", "fund_office")}},
	{Permission: SchemeAdopt, ZH: "批准规则版本", EN: "Adopt an edition of a scheme", Holders: []Holder{by(ScopeRegion, "science", "finance", "industry", "approval", "head", "fund_director")}},
	{Permission: SchemeTrial, ZH: "试算规则版本，查看待批版本", EN: "Try an edition out and read proposed ones", Hidden: true, Token: true, Holders: []Holder{by(ScopeRegion, "science", "finance", "industry", "approval", "fund_office", "head", "fund_director", "auditor")}},

	{Permission: CaseCreate, ZH: "为本单位提出申请", EN: "Open a case for one's organisation", Token: true, Holders: []Holder{by(ScopeOrg, "org_admin", "org_member")}},
	{Permission: CaseRead, ZH: "查看办件", EN: "Read a case", Hidden: true, Token: true, Holders: []Holder{by(ScopeOrg, "org_admin", "org_member", "lab_operator", "tech_manager"), by(ScopeRegion, "auditor", Desks), by(ScopeOwn, "expert", "org_admin", "org_member", "lab_operator")}},
	{Permission: CaseAct, ZH: "办理办件", EN: "Act on a case", Hidden: true, Token: true, Holders: []Holder{by(ScopeOrg, "org_admin", "org_member", "lab_operator", "tech_manager"), by(ScopeRegion, Desks), by(ScopeOwn, "expert", "org_admin", "org_member", "lab_operator")}},
	{Permission: CaseQueue, ZH: "查看待办队列", EN: "Read the queue of a desk", Token: true, Holders: []Holder{by(ScopeRegion, Desks)}},
	{Permission: CaseObject, ZH: "对公示提出异议", EN: "Object to a public notice", Open: true},
	{Permission: ScoreManage, ZH: "维护并使用本行评分表", EN: "Keep and use the score sheet of one's organisation", Hidden: true, Token: true, Holders: []Holder{by(ScopeOrg, "bank")}},

	{Permission: ListingRead, ZH: "检索共享资源", EN: "Search what is offered", Open: true, Token: true},
	{Permission: ListingEdit, ZH: "维护共享资源", EN: "Edit a listing", Token: true, Holders: []Holder{by(ScopeOrg, "org_admin", "lab_operator", "tech_manager")}},
	{Permission: ListingPublish, ZH: "审核、发布、暂停和退役共享资源", EN: "Review, publish, suspend and retire a listing", Token: true, Holders: []Holder{by(ScopeOrg, "org_admin"), by(ScopeRegion, "science")}},
	{Permission: BookingCreate, ZH: "预约共享资源", EN: "Book", Token: true, Holders: []Holder{by(ScopeOrg, "org_admin", "org_member")}},
	{Permission: BookingManage, ZH: "管理预约和使用记录", EN: "Manage bookings and usage", Hidden: true, Token: true, Holders: []Holder{by(ScopeOrg, "org_admin", "lab_operator")}},

	{Permission: StatementRead, ZH: "查看结算单", EN: "Read statements", Token: true, Holders: []Holder{by(ScopeRegion, "auditor", "finance", "science", "voucher_finance", "fund_finance", "benefit_finance")}},
	{Permission: StatementSign, ZH: "签署结算单", EN: "Sign a statement", Holders: []Holder{by(ScopeRegion, "finance", "voucher_finance", "fund_finance")}},
	{Permission: ServiceRecord, ZH: "登记为外地订单开票和收款", EN: "Record what was billed and received for orders of other jurisdictions", Hidden: true, Token: true, Holders: []Holder{by(ScopeOrg, "org_admin", "lab_operator")}},
	{Permission: PaymentManage, ZH: "管理付款文件和银行回执", EN: "Manage payment files and bank answers", Token: true, Holders: []Holder{by(ScopeRegion, "finance", "voucher_finance", "fund_finance", "benefit_finance"), by(ScopeOrg, "bank")}},
	{Permission: PaymentRead, ZH: "查看付款清单和对账", EN: "Read payment lists and their reconciliation", Hidden: true, Token: true, Holders: []Holder{by(ScopeRegion, "auditor", "finance", "voucher_finance", "fund_finance", "benefit_finance")}},
	{Permission: PayeeEdit, ZH: "填报本单位收款账户", EN: "Say where one's organisation is paid", Hidden: true, Holders: []Holder{by(ScopeOrg, "org_admin")}},
	{Permission: BudgetRead, ZH: "查看各事项预算执行", EN: "Read how far the budgets of schemes are used", Hidden: true, Token: true, Holders: []Holder{by(ScopeRegion, "auditor", Desks)}},
	{Permission: BooksRead, ZH: "查看账簿", EN: "Read the books", Hidden: true, Token: true, Holders: []Holder{by(ScopeRegion, "auditor", "finance", "voucher_finance", "fund_finance", "benefit_finance")}},
	{Permission: JournalRead, ZH: "检索操作日志", EN: "Search the act journal", Hidden: true, Token: true, Holders: []Holder{by(ScopeRegion, "auditor")}},
	{Permission: JobsManage, ZH: "管理后台作业", EN: "Manage jobs", Hidden: true, Holders: []Holder{by(ScopeNone, "node_admin")}},
	{Permission: CalendarRead, ZH: "查看工作日历", EN: "Read the calendar of working days", Open: true, Token: true},
	{Permission: CalendarLoad, ZH: "载入放假安排", EN: "Load a holiday notice", Token: true, Holders: []Holder{by(ScopeNone, "node_admin")}},
	{Permission: MetricsRead, ZH: "读取运行指标", EN: "Read the metrics of the process", Hidden: true, Token: true, Holders: []Holder{by(ScopeNone, "node_admin")}},
	{Permission: DemoClock, ZH: "拨快演示时钟", EN: "Move the clock of a demonstration", Open: true, Token: true},
	{Permission: FederationRead, ZH: "查看相邻节点状态", EN: "Read the state of the neighbours", Open: true, Token: true},
	{Permission: FederationKeep, ZH: "管理相邻节点", EN: "Manage the neighbours", Hidden: true, Holders: []Holder{by(ScopeNone, "node_admin")}},
	{Permission: LetterRead, ZH: "查看节点间信件", EN: "Read the letters between nodes", Hidden: true, Token: true, Holders: []Holder{by(ScopeNone, "node_admin"), by(ScopeRegion, "auditor")}},
	{Permission: RecognitionEdit, ZH: "提出和批准互认事项", EN: "Propose and adopt what is recognised from others", Token: true, Holders: []Holder{by(ScopeRegion, "science", "industry", "approval", "head")}},
}
