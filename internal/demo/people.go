package demo

import "corridor/internal/fault"

// Person is a demonstration account. Nobody real: people are named by what they do.
type Person struct {
	Node   string
	Email  string
	Name   fault.Words
	Org    string // code of an organisation of the world, or ""
	Role   string
	Region string // of the grant; "" is the whole node
}

// Password is that of every demonstration account. It opens nothing but a demonstration on one's own machine.
const Password = "corridor-demo-only"

// People of the thin line.
var People = []Person{
	{Office, "admin@office.example", fault.Words{"办公室管理员（演示）", "Office administrator (demo)"}, "", "node_admin", ""},
	{Office, "editor@office.example", fault.Words{"文件审核员（演示）", "Document editor (demo)"}, "", "editor", ""},
	{Office, "planner@office.example", fault.Words{"任务计划员（演示）", "Planner (demo)"}, "", "planner", ""},
	{Office, "shanghai@office.example", fault.Words{"上海科技岗（演示）", "Shanghai science desk (demo)"}, "", "science", Shanghai},
	{Office, "anhui@office.example", fault.Words{"安徽科技岗（演示）", "Anhui science desk (demo)"}, "", "science", Anhui},
	{Office, "head@office.example", fault.Words{"安徽负责人（演示）", "Head, Anhui (demo)"}, "", "head", Anhui},
	{Shanghai, "admin@shanghai.example", fault.Words{"上海管理员（演示）", "Shanghai administrator (demo)"}, "", "node_admin", ""},
	{Shanghai, "lab@shanghai.example", fault.Words{"仪器管理员（演示）", "Laboratory operator (demo)"}, Lab, "lab_operator", Shanghai},
	{Anhui, "admin@anhui.example", fault.Words{"安徽管理员（演示）", "Anhui administrator (demo)"}, "", "node_admin", ""},
	{Anhui, "firm@anhui.example", fault.Words{"小企业经办人（演示）", "Clerk of the small firm (demo)"}, SmallFirm, "org_admin", ""},
	{Anhui, "big@anhui.example", fault.Words{"大企业经办人（演示）", "Clerk of the large firm (demo)"}, LargeFirm, "org_admin", ""},
	{Anhui, "review@anhui.example", fault.Words{"创新券审核员（演示）", "Voucher reviewer (demo)"}, "", "voucher_review", Anhui},
	{Anhui, "finance@anhui.example", fault.Words{"创新券兑付员（演示）", "Voucher payment officer (demo)"}, "", "voucher_finance", Anhui},
	{Anhui, "supervise@anhui.example", fault.Words{"创新券督办员（演示）", "Voucher supervisor (demo)"}, "", "voucher_supervise", Anhui},
	{Anhui, "audit@anhui.example", fault.Words{"审计员（演示）", "Auditor (demo)"}, "", "auditor", ""},
}
