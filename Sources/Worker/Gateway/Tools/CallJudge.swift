/// Whoever decides about the calls and steps that a program makes itself, with people's help.
package protocol CallJudge: Sendable {
    /// What becomes of a call.
    ///
    /// It does not answer while people have to decide: the program is stopped then.
    func verdict(on call: JudgedCall) async throws -> JudgedCall.Verdict
}
