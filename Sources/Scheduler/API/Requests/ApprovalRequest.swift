import Digests
import JobModel
import Storage
import Workflow

/// What a person says about an approval, as a client sent it.
struct ApprovalRequest {
    /// The words of the path.
    enum Word: String, CaseIterable {
        case approve, deny, happened, fail
        case requestChanges = "request-changes"
        case notHappened = "not-happened"

        var verdict: ApprovalVerdict {
            switch self {
            case .approve: .approved
            case .deny: .denied
            case .requestChanges: .changes
            case .happened: .happened
            case .notHappened: .notHappened
            case .fail: .failed
            }
        }
    }

    private static let longestReason = 4000

    let word: Word
    private let digest: String?
    private let value: JSONValue?
    private let reason: String?

    /// - Parameter approval: What it is about.
    /// - Throws: `Problem` when the members are not those of such a saying.
    init(_ word: Word, _ members: JSONMembers, about approval: Approval) throws {
        var members = members
        self.word = word
        digest = try members.optionalText("digest")
        reason = try members.optionalText("reason")
        value = Self.member(word, approval.kind).flatMap { members.optionalValue($0) }
        try members.finish()
        if let reason, reason.count > Self.longestReason {
            throw Problem(.badRequest, "\"reason\" has \(reason.count) characters, it takes \(Self.longestReason)")
        }
        guard approval.kind.verdicts.contains(word.verdict) else {
            let known = Word.allCases.filter { approval.kind.verdicts.contains($0.verdict) }.map(\.rawValue)
            throw Problem(
                .badRequest,
                "approval \(approval.id) is about \(approval.kind.rawValue): use one of \(known.joined(separator: ", "))"
            )
        }
        if [.deny, .requestChanges].contains(word), (reason ?? "").allSatisfy(\.isWhitespace) {
            throw Problem(.badRequest, "the body lacks \"reason\": say why, or what should be changed")
        }
    }

    /// The member that holds what the person puts in the place of what was asked.
    private static func member(_ word: Word, _ kind: ApprovalKind) -> String? {
        switch (word, kind) {
        case (.approve, .call): "arguments"
        case (.approve, .question): "answer"
        case (.approve, .gate): "form"
        case (.approve, .output): "output"
        case (.happened, .effect): "result"
        default: nil
        }
    }

    /// What is to be noted.
    ///
    /// - Throws: `Problem` when it does not fit what was asked.
    func saying(of person: Person, about approval: Approval) throws -> ApprovalStore.Saying {
        guard let current = SHA256Digest(hex: approval.digest) else {
            throw Problem(.internalError, "approval \(approval.id) has no digest")
        }
        if let digest, digest != approval.digest {
            throw Problem(
                .approvalChanged,
                "approval \(approval.id) is for something else by now; look at it again",
                extras: ["digest": .string(approval.digest)]
            )
        }
        let value = value?.withoutNull
        if word == .approve || word == .happened { try check(value ?? approval.proposal, approval) }
        return ApprovalStore.Saying(
            actor: person.name,
            verdict: word.verdict,
            digest: current,
            proposal: value.map { ($0, ApprovalDigest.of(approval.kind, approval.request, with: $0)) },
            reason: reason
        )
    }

    private func check(_ value: JSONValue?, _ approval: Approval) throws {
        let (name, schema): (String, JSONValue?)
        switch approval.kind {
        case .call: (name, schema) = ("arguments", approval.request["schema"])
        case .output: (name, schema) = ("output", approval.request["schema"])
        case .gate:
            // A form must be filled in, unless nothing in it is required.
            let form = approval.request["form"]
            try Self.validate(value ?? (form?.isNull ?? true ? nil : [:]), "form", form)
            return
        case .question:
            guard let value else { throw Problem(.badRequest, "the body lacks \"answer\"") }
            let choices = approval.request["choices"]?.arrayValue ?? []
            guard choices.isEmpty || choices.contains(value) else {
                let known = choices.map(\.rendered).joined(separator: ", ")
                throw Problem(.proposalInvalid, "the answer must be one of \(known)")
            }
            return
        case .effect:
            guard value != nil || word != .happened else {
                throw Problem(.badRequest, "the body lacks \"result\": what the call answered")
            }
            return
        }
        try Self.validate(value, name, schema)
    }

    private static func validate(_ value: JSONValue?, _ name: String, _ schema: JSONValue?) throws {
        guard let value, let schema, !schema.isNull else { return }
        let faults: [String]
        do throws(JSONSchemaError) {
            faults = try JSONSchema(schema).validate(value).map(\.description)
        } catch {
            throw Problem(.proposalInvalid, "\(name): the schema cannot be read: \(error.reason)")
        }
        guard faults.isEmpty else {
            throw Problem(.proposalInvalid, "\(name): does not fit the schema: \(faults.joined(separator: "; "))")
        }
    }
}
