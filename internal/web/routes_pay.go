package web

import (
	"maps"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/settlement"
)

// money are the addresses of payments, repayments, budgets, and of what every open scheme means for a firm.
func (s *Server) money() {
	s.page("GET", "/open", access.CaseRead, (*visit).outlooks)
	s.page("GET", "/budgets", access.BudgetRead, (*visit).burns)

	s.page("GET", "/payments", access.PaymentManage, (*visit).payments)
	s.page("GET", "/payments/lists", access.PaymentRead, (*visit).paymentLists)
	s.page("POST", "/payments/lists", access.PaymentManage, (*visit).makeList)
	s.page("GET", "/payments/lists/{id}", access.PaymentRead, (*visit).paymentList)
	s.page("GET", "/payments/lists/{id}/file", access.PaymentManage, (*visit).allocationFile)
	s.page("GET", "/payments/lists/{id}/letter", access.PaymentRead, (*visit).allocationLetter)
	s.page("POST", "/payments/lists/{id}/{act}", access.PaymentManage, (*visit).changeList)
	s.page("GET", "/payments/unanswered", access.PaymentRead, (*visit).unanswered)
	s.page("GET", "/payments/answers", access.PaymentManage, (*visit).bankFiles)
	s.page("POST", "/payments/answers", access.PaymentManage, (*visit).takeBankFile)
	s.page("GET", "/payments/receipts", access.PaymentManage, (*visit).bankFiles)
	s.page("POST", "/payments/receipts", access.PaymentManage, (*visit).takeBankFile)
	s.page("GET", "/payments/template", access.PaymentManage, (*visit).bankTemplate)
	s.page("GET", "/payments/owed", access.PaymentRead, (*visit).owed)
	s.page("GET", "/payments/owed/{id}", access.CaseRead, (*visit).demand)
	s.page("GET", "/payments/reconcile", access.PaymentRead, (*visit).reconcile)
	s.page("GET", "/payees", access.NoticeRead, (*visit).payees)
	s.page("POST", "/payees", access.PayeeEdit, (*visit).givePayee)
	s.page("POST", "/payees/{id}", access.PaymentManage, (*visit).decidePayee)
}

func init() {
	maps.Copy(doneWords, map[string]fault.Words{
		"list_made":      {"清单已编制，核对后定稿。", "The list is made. Check it, then close it."},
		"list_closed":    {"清单已定稿，编号和摘要不再变，等另一人签发。", "The list is closed; its number and digest stay. Another officer releases it."},
		"list_released":  {"清单已签发，可以下载拨付文件。", "The list is released; the file for the treasury can be taken."},
		"list_withdrawn": {"清单已撤回，其中的款项可重新列入别的清单。", "The list is withdrawn; its payments can go on another."},
		"line_dropped":   {"这一笔已移出。", "The line is taken off."},
		"payee_given":    {"账户已提交，财务核对后生效。", "The account is given; it holds when a desk has confirmed it."},
		"payee_decided":  {"已记录核对结果，并通知收款单位。", "Your decision is entered; the payee is told."},
	})
}

// paying is the room of payments; a node without it has no such pages.
func (s *Server) paying() (*settlement.Desk, error) {
	if s.c.Payments == nil {
		return nil, fault.New(fault.NotFound, "web.no_page")
	}
	return s.c.Payments, nil
}

// payTab is a page of the payments; the pages show them all beside each other.
type payTab struct {
	Path string
	Name string
	Here bool
}

func (v *visit) payTabs() []payTab {
	var out []payTab
	for _, x := range []struct {
		path   string
		zh, en string
		perm   access.Permission
	}{
		{"/payments", "待付款项", "To be paid", access.PaymentManage}, {"/payments/lists", "付款清单", "Payment lists", access.PaymentRead},
		{"/payments/answers", "银行回执", "The bank's answers", access.PaymentManage}, {"/payments/unanswered", "未回执", "Unanswered", access.PaymentRead},
		{"/payees", "收款账户", "Payees' accounts", access.PaymentManage}, {"/payments/owed", "应退款项", "To be paid back", access.PaymentRead},
		{"/payments/receipts", "到账明细", "Money that came in", access.PaymentManage}, {"/payments/reconcile", "对账", "Reconciliation", access.PaymentRead},
	} {
		if v.mayInPlaces(x.perm) { // a bank holds one of these, for itself
			out = append(out, payTab{x.path, v.t(x.zh, x.en), v.path() == x.path})
		}
	}
	return out
}
