import JobModel
import Storage

/// Who sends a request: whom the token was given to, and what it may decide.
struct Person: Equatable, Sendable {
    let name: String
    /// Of which teams' runs it decides; nil for all.
    let teams: [String]?
    /// The roles it decides in; nil for all.
    let roles: [String]?

    /// The person whose request is being answered; nil outside of one.
    @TaskLocal static var current: Person?

    init(name: String, teams: [String]? = nil, roles: [String]? = nil) {
        self.name = name
        self.teams = teams
        self.roles = roles
    }

    init(_ holder: AccessTokenStore.Holder) { self.init(name: holder.name, teams: holder.teams, roles: holder.roles) }

    /// Why the person may not say this about an approval; nil when they may.
    func objection(to verdict: ApprovalVerdict, about approval: Approval) -> String? {
        if let teams, !teams.contains(approval.team) {
            let known = teams.joined(separator: ", ")
            return "\(name) decides for \(known), but run \(approval.run) is of the team \(approval.team)"
        }
        if let role = approval.terms.role, let roles, !roles.contains(role) {
            return "approval \(approval.id) needs the role \(role), which \(name) does not have; "
                + "chassis token create --role \(role) makes a token with it"
        }
        // Whoever asked may say no to it, or take it back.
        guard verdict == .approved, !approval.terms.allowsRequester, approval.requester == name else { return nil }
        return "\(name) asked for run \(approval.run), so somebody else must approve; "
            + "write self: true into the rule where this is not wanted"
    }
}
