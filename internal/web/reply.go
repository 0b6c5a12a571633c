package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"corridor/internal/fault"
)

// refused takes what is wrong with a form to be said on its page, which is shown again with the refusal's status. It
// answers false for what is no matter of the form: then the error is answered as it is.
func (v *visit) refused(err error, anchor func(field string) string) bool {
	all := faults(err)
	for _, f := range all {
		switch f.Kind {
		case fault.Invalid, fault.Conflict, fault.TooMany, fault.Gone, fault.Denied, fault.TooLarge:
		case fault.SignIn:
			if f.Field == "" {
				return false
			}
		default:
			return false
		}
	}
	for _, f := range all {
		p := problemView{Sentence: f.Sentence(v.lang)}
		if f.Field != "" && anchor != nil {
			p.Anchor = anchor(f.Field)
		}
		v.problems = append(v.problems, p)
		v.s.log.Info("refused", "method", v.r.Method, "path", v.r.URL.Path, "code", f.Code, "error", f)
	}
	v.status(all[0].Kind.Status())
	return true
}

// faults are the refusals of an error that may hold several.
func faults(err error) []*fault.Error {
	var many fault.Many
	if errors.As(err, &many) && len(many) > 0 {
		return many
	}
	if err == nil {
		return nil
	}
	return []*fault.Error{fault.Of(err)}
}

// to sends the browser to a page of ours after something was done; done names what to say there.
func (v *visit) to(address, done string) error {
	if done != "" {
		page, place, found := strings.Cut(address, "#")
		if strings.Contains(page, "?") {
			page += "&done=" + url.QueryEscape(done)
		} else {
			page += "?done=" + url.QueryEscape(done)
		}
		address = page
		if found {
			address += "#" + place
		}
	}
	http.Redirect(v.w, v.r, address, http.StatusSeeOther)
	return nil
}

// doneWords are the sentences that a page says once after an act; the address carries only the key, so that
// nobody can put words of their own on our pages.
var doneWords = map[string]fault.Words{
	"proved":               {"已确认是您本人，请再按一次刚才的按钮。", "It is you. Please press again what you pressed before."},
	"search-kept":          {"已保存，有新发布的资源会通知您。", "Kept; you will be told of what is newly published."},
	"search-dropped":       {"不再提醒。", "You will be told no more."},
	"objected":             {"异议已收到，这是回执。", "Your objection was received; this is the receipt."},
	"said":                 {"留言已送出。", "The message is sent."},
	"taken":                {"已由您领办。", "You have taken it."},
	"given":                {"已转交。", "It is given on."},
	"gave_back":            {"已交回岗位。", "It is back with the desk."},
	"uploaded":             {"文件已收下并读完，请逐条核对。", "The document was taken and read. Check each finding."},
	"uploaded_many":        {"文件已收下并读完，请逐份核对。", "The documents were taken and read. Check each."},
	"undone":               {"决定已撤销，这一条重新待定。", "The decision is undone; the finding waits again."},
	"published":            {"这份文件中已采纳的内容现在公开可见。", "What is accepted of this document can now be seen by everybody."},
	"hidden":               {"这份文件的内容不再公开。", "This document can no longer be seen by everybody."},
	"joined":               {"名称已合并，原有的话各在原处。", "The names are joined; what was said stays where it stands."},
	"split":                {"名称已拆出。", "The name is a subject of its own now."},
	"linked":               {"已对应到主体登记。", "Linked to the registry."},
	"unlinked":             {"已取消与主体登记的对应。", "No longer linked to the registry."},
	"named":                {"依据的原文已指定。", "The text of the source is named."},
	"unnamed":              {"依据与原文的对应已取消。", "The source is no longer linked to a text."},
	"accepted":             {"已采纳。", "Accepted."},
	"rejected":             {"已标为不采纳，原文与读出的内容都留档。", "Rejected. The source and the finding are kept."},
	"planned":              {"任务已建立。", "The tasks have been set up."},
	"ending_proposed":      {"已提出提前结束，等待另一人确认。", "It is proposed; another person has to confirm it."},
	"ending_confirmed":     {"已确认提前结束。", "It ends early."},
	"ending_withdrawn":     {"已收回。", "Taken back."},
	"edition_proposed":     {"已提交待批，正在试算。", "It is proposed, and a trial of it is under way."},
	"edition_adopted":      {"已批准，自首日起生效。", "It is adopted, and in force from its first day."},
	"edition_withdrawn":    {"已撤回。", "It is withdrawn."},
	"tried":                {"试算已排队，可以离开本页。", "The trial is queued; you may leave this page."},
	"stopped":              {"已停止。", "Stopped."},
	"opened":               {"草稿已建立，填好后提交。", "The draft has been opened. Fill it in and file it."},
	"saved":                {"已保存。", "Saved."},
	"kept":                 {"已保存，写得不对的也留着。", "Saved, and what is not right yet is kept as you typed it."},
	"more_shown":           {"已保存。按您的回答，下面还有要填的。", "Saved. Your answers bring more questions, below."},
	"restored":             {"已恢复原来的内容。", "The older value is back."},
	"member_in":            {"已邀请，对方会收到提醒。", "Invited; they are told."},
	"member_out":           {"已移除。", "Taken off."},
	"acted":                {"已办理。", "Done."},
	"abroad":               {"已发往办件所在节点，等它办理和答复。", "Sent to the node in which the case lives, which acts and answers."},
	"seat_answered":        {"答复已提交。", "The answer is given."},
	"seat_struck":          {"已退出，备选递补。", "It is off; the next who stands by is asked."},
	"opening_asked":        {"已申请开启，等待第二人。", "Asked for. A second person has to open it."},
	"opened_seal":          {"已开启，并已通知申请单位。", "Opened. The applicant has been told."},
	"disclosure_agreed":    {"已同意出示。", "You have agreed to show it."},
	"sheet_kept":           {"评分表已保存，今后按这一版评分。", "The sheet is kept; you read by it from now on."},
	"scored":               {"已评分，只有本单位看得到结果。", "Scored; only your organisation reads the result."},
	"disclosure_withdrawn": {"同意已撤回，各方不能再看。", "Your consent is taken back; nobody reads it any more."},
	"opening_ended":        {"申请已收回。", "Taken back."},
	"round_closed":         {"本轮已定档。", "The round is closed."},
	"round_adjusted":       {"名单已调整，请看各地区的出资与所得。", "The list was adjusted; look at what each jurisdiction gets."},
	"clock":                {"演示时钟已拨快。", "The demonstration clock has been moved forward."},
	"password":             {"密码已更改，其他会话已结束。", "The password is changed; your other sessions have ended."},
	"codes_dropped":        {"一次性验证码已取消。", "The one-time codes are taken away."},
	"session_ended":        {"会话已结束。", "The session has ended."},
	"token_ended":          {"令牌已停用。", "The token has ended."},
	"invited":              {"邀请已建立。", "The invitation is made."},
	"granted":              {"角色已授予，从下一次请求起有效。", "The role is given; it holds from the next request on."},
	"revoked":              {"角色已收回，从下一次请求起有效。", "The role is taken back from the next request on."},
	"disabled":             {"账号已停用，会话和令牌已结束。", "The account is disabled; its sessions and tokens have ended."},
	"enabled":              {"账号已启用。", "The account is enabled."},
	"codes_reset":          {"一次性验证码已重置，下次登录时重新设置。", "The one-time codes are reset; new ones are set up at the next sign-in."},
	"requeued":             {"作业已重新排队。", "The job is queued again."},
	"asked":                {"已取得对方公钥，请用别的途径核对指纹后确认。", "The keys were fetched. Compare the fingerprint by another way, then confirm."},
	"neighbour":            {"邻站名单已更新。", "The list of neighbours has changed."},
	"recognition":          {"已提出，等另一位人员批准。", "Proposed. Another officer decides on it."},
	"recognition_adopt":    {"已批准，并写入公开日志。", "Adopted, and written into the public log."},
	"recognition_refuse":   {"未批准。", "Refused."},
	"credential":           {"证书已发放，稍候即可下载文件。", "The certificate is given; its file is ready in a moment."},
	"credential_end":       {"证书已撤回，个人信息已删除。", "The certificate is withdrawn, and what is personal is erased."},
	"certificate":          {"证明已公开，稍候即可下载。", "The certificate is public; its file is ready in a moment."},
	"neighbour_clear":      {"问题已解除，继续跟随；证据保留。", "The problem is cleared, and the log is followed again. The evidence stays."},
	"letter":               {"已写好，正在寄出。", "It is written and on its way."},
	"letter_key":           {"新密钥已公布在本节点的公开日志中。", "The new key is published in this node's log."},
	"community":            {"共同体文件已收下。", "The community file was taken in."},
	"dropped":              {"作业已放弃。", "The job is dropped."},
	"welcome":              {"密码已设置，请登录。", "The password is set. Sign in."},
	"signed":               {"已签署，摘要与签署时间已记录。", "Signed; the digest and the time are kept."},
	"shared":               {"文本已寄给对方节点。", "The text is on its way to the other node."},
	"entered":              {"已登记。", "Entered."},
	"reported":             {"本月进展已填报。", "The progress of the month is entered."},
	"task_submitted":       {"证据已提交，等待核验。", "The evidence is in; who verifies decides."},
	"evidence_kept":        {"证据已保存，尚未提交核验。", "The evidence is kept and not submitted yet."},
	"evidence_withdrawn":   {"证据已撤回，撤回记录保留可见。", "The evidence is withdrawn, which stays to be seen."},
	"verified":             {"核验结果已记录。", "The verdict is entered."},
	"amend_proposed":       {"新文本已提出并代表该方会签，等待其他各方；原文本在各方会签之前继续有效。", "The new text is proposed and signed for that party; the present one holds until all have signed."},
	"proposed":             {"变更已提出，等待各方同意；原定期限保留。", "The change is proposed; it holds when all parties agree. The first day stays."},
	"answered":             {"已答复。", "Answered."},
	"supervised":           {"已发出，答复时限已记录。", "Sent; the day by which to answer is kept."},
	"imported":             {"表格已全部导入。", "All rows were taken in."},
	"view_saved":           {"视图已保存。", "The view is kept."},
	"feed_revoked":         {"日历地址已停用。", "The calendar answers no more."},
	"calendar":             {"放假安排已载入，未办结的期限正在重算，有变的会通知各方。", "The notice is loaded. Open due times are being counted again; the parties of those that move are told."},
}

func doneText(v *visit) string { return doneWords[v.r.URL.Query().Get("done")].In(v.lang) }

// pageNo reads a page number from the address: 1 when it is missing or nonsense.
func (v *visit) pageNo() int {
	n := 0
	for _, c := range v.r.URL.Query().Get("page") {
		if c < '0' || c > '9' || n > 1e6 {
			return 1
		}
		n = n*10 + int(c-'0')
	}
	return max(n, 1)
}

// pageOf is the part of a list that stands on the page that is asked for.
func pageOf[T any](v *visit, all []T, rows int) []T {
	from := min((v.pageNo()-1)*rows, len(all))
	return all[from:min(from+rows, len(all))]
}

// pager is the foot of a list: which rows are shown, and the pages around.
type pager struct {
	From, To, Total int
	More            bool   // there are more than Total, which was counted up to a limit
	Before, After   string // addresses; "" at the ends
}

func (v *visit) pager(total, rows int) pager {
	n := v.pageNo()
	p := pager{From: (n-1)*rows + 1, To: min(n*rows, total), Total: total}
	at := func(n int) string {
		q := v.r.URL.Query()
		q.Set("page", fmt.Sprint(n))
		q.Del("done")
		return v.r.URL.Path + "?" + q.Encode()
	}
	if n > 1 {
		p.Before = at(n - 1)
	}
	if p.To < total {
		p.After = at(n + 1)
	}
	if total == 0 || p.From > total {
		p.From, p.To = 0, 0
	}
	return p
}
