import ArgumentParser
import JobModel

/// Which approval is decided, and where.
struct DecisionOptions: ParsableArguments {
    @Argument(help: "The number of the approval; 'chassis approvals' lists them.")
    var id: Int64

    @Option(name: .long, help: "The digest of what you have seen; without it, whatever is asked by now is decided.")
    var digest: String?

    @OptionGroup var options: SchedulerOptions

    /// Says something about the approval, and shows what became of it.
    ///
    /// With `--digest` it is decided only as the person has seen it. Without, it is read anew, so what somebody else has made
    /// of it since the person looked is decided unseen; only an edit between this reading and the decision is refused.
    func decide(
        _ word: String,
        _ body: (ApprovalDetail) throws(ClientError) -> JSONObject,
        _ invocation: Invocation
    ) async throws -> CommandStatus {
        let api = try options.api(invocation)
        let seen = ApprovalDetail(try await api.approval(id))
        var body = try body(seen)
        body["digest"] = .string(digest ?? seen.digest)
        let answer = try await api.decide(id, word, body)
        options.show(ApprovalsView.lines(ApprovalDetail(answer), now: .now), json: answer, invocation)
        return .success
    }
}
