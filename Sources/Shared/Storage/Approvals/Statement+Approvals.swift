import Postgres

/// The statements of approvals, of the audit log, and of the outbox.
extension Statement {
    static let askApproval = load("ask_approval", PackageResources.ask_approval_sql)
    static let expireApprovals = load("expire_approvals", PackageResources.expire_approvals_sql)
    static let decideApproval = load("decide_approval", PackageResources.decide_approval_sql)
    static let listApprovals = load("list_approvals", PackageResources.list_approvals_sql)
    static let spendApproval = load("spend_approval", PackageResources.spend_approval_sql)
    static let intendApprovedStep = load("intend_approved_step", PackageResources.intend_approved_step_sql)
    static let addAudit = load("add_audit", PackageResources.add_audit_sql)
    static let listAudit = load("list_audit", PackageResources.list_audit_sql)
    static let takeOutbox = load("take_outbox", PackageResources.take_outbox_sql)
    static let forgetOutbox = load("forget_outbox", PackageResources.forget_outbox_sql)
    static let expireOutbox = load("expire_outbox", PackageResources.expire_outbox_sql)
    static let noteOutbox = load("note_outbox", PackageResources.note_outbox_sql)
}
