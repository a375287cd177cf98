import Access
import Digests
import JobModel
import Storage
import TestSupport
import Testing

/// What people decide over the HTTP API.
@Suite(.timeLimit(.minutes(5))) struct ApprovalTests {
    private static let request: JSONValue = [
        "tool": "pay", "arguments": ["amount": 82_000], "target": ["connection": "bank"],
        "schema": [
            "type": "object", "properties": ["amount": ["type": "integer", "maximum": 100_000]],
            "required": ["amount"],
        ],
    ]

    /// Has the run's job ask.
    private static func ask(
        _ scene: APIScene,
        _ terms: ApprovalTerms = ApprovalTerms(),
        kind: ApprovalKind = .call,
        request: JSONValue = request
    ) async throws -> Approval {
        _ = try await scene.submit()
        let job = try await scene.claim()
        return try await ApprovalStore(scene.pool).ask(
            .init(
                kind: kind,
                position: "t0001.1",
                fingerprint: Array(repeating: 1, count: 32),
                title: "call pay",
                request: request,
                digest: ApprovalDigest.of(kind, request),
                terms: terms
            ),
            of: job.id,
            epoch: job.epoch
        )
    }

    /// Somebody else than the one who submits.
    private static func person(
        _ name: String,
        _ scene: APIScene,
        teams: [String]? = nil,
        roles: [String]? = nil
    ) async throws -> @Sendable (String, JSONValue) async throws -> Answer {
        let token = AccessToken.mint()
        let tokens = AccessTokenStore(scene.pool)
        _ = try await tokens.add(token.digest, name: name, teams: teams, roles: roles)
        let address = scene.address
        return { path, body in
            try await Answer.send("POST", path, to: address, token: token.reveal(), body: body.encoded())
        }
    }

    @Test func whoAskedForTheRunDoesNotApprove() async throws {
        try await APIScene.play { scene async throws in
            let id = try await Self.ask(scene).id
            let refused = try await scene.post("/v1/approvals/\(id)/approve")
            #expect(refused.status == 403)
            #expect(refused.code == "not-allowed")
            let bob = try await Self.person("bob", scene)
            let approved = try await bob("/v1/approvals/\(id)/approve", ["reason": "fine"])
            #expect(approved.status == 200)
            #expect(approved.json["state"] == "approved")
            #expect(approved.json["decided_by"] == "bob")
            #expect(approved.json["requested_by"] == "test")
            let late = try await scene.post("/v1/approvals/\(id)/deny", ["reason": "no"])
            #expect(late.status == 409)
            #expect(late.code == "approval-decided")
            #expect(late.json["decided_by"] == "bob")
            let audit = try await scene.get("/v1/audit").json["audit"]
            #expect(audit?[0]?["actor"] == "bob")
            #expect(audit?[0]?["action"] == "approval.approved")
        }
    }

    @Test func onlyTheRoleOfTheRuleAndTheTeamOfTheRunDecide() async throws {
        try await APIScene.play { scene async throws in
            let id = try await Self.ask(scene, ApprovalTerms(role: "payer", allowsRequester: true)).id
            let path = "/v1/approvals/\(id)/approve"
            for (name, teams, roles) in [
                ("reader", nil, ["reader"]), ("other", ["growth"], ["payer"]), ("nobody", ["default"], []),
            ] as [(String, [String]?, [String])] {
                let person = try await Self.person(name, scene, teams: teams, roles: roles)
                #expect(try await person(path, [:]).code == "not-allowed", "\(name)")
            }
            let payer = try await Self.person("payer", scene, teams: ["default"], roles: ["payer"])
            #expect(try await payer(path, [:]).json["state"] == "approved")
        }
    }

    @Test func anEditMustFitTheToolsSchema() async throws {
        try await APIScene.play { scene async throws in
            let approval = try await Self.ask(scene, ApprovalTerms(allowsRequester: true))
            let path = "/v1/approvals/\(approval.id)/approve"
            let refused = try await scene.post(path, ["arguments": ["amount": 820_000]])
            #expect(refused.status == 422)
            #expect(refused.code == "proposal-invalid")
            #expect(
                try await scene.post(path, ["digest": "00", "arguments": ["amount": 1]]).code == "approval-changed"
            )
            let answer = try await scene.post(
                path,
                ["digest": .string(approval.digest), "arguments": ["amount": 50]]
            )
            #expect(answer.json["proposal"] == ["amount": 50])
            #expect(answer.json["state"] == "approved")
            #expect(
                answer.json["digest"]?.stringValue
                    == ApprovalDigest.of(.call, Self.request, with: ["amount": 50]).hex
            )
        }
    }

    @Test func aDenialSaysWhy() async throws {
        try await APIScene.play { scene async throws in
            let id = try await Self.ask(scene).id
            #expect(try await scene.post("/v1/approvals/\(id)/deny").code == "bad-request")
            let answer = try await scene.post("/v1/approvals/\(id)/deny", ["reason": "too much"])
            #expect(answer.json["state"] == "denied")
            #expect(answer.json["reason"] == "too much")
        }
    }

    @Test func aQuestionIsAnsweredWithOneOfItsChoices() async throws {
        try await APIScene.play { scene async throws in
            let request: JSONValue = ["question": "which?", "choices": ["a", "b"]]
            let terms = ApprovalTerms(allowsRequester: true)
            let id = try await Self.ask(scene, terms, kind: .question, request: request).id
            let path = "/v1/approvals/\(id)/approve"
            #expect(try await scene.post(path).code == "bad-request")
            #expect(try await scene.post(path, ["answer": "c"]).code == "proposal-invalid")
            #expect(try await scene.post(path, ["answer": "b"]).json["proposal"] == "b")
        }
    }

    @Test func aFormIsFilledIn() async throws {
        try await APIScene.play { scene async throws in
            let form: JSONValue = [
                "type": "object", "properties": ["days": ["type": "integer"]], "required": ["days"],
            ]
            let request: JSONValue = ["message": "go?", "form": form]
            let id = try await Self.ask(scene, ApprovalTerms(allowsRequester: true), kind: .gate, request: request).id
            let path = "/v1/approvals/\(id)/approve"
            #expect(try await scene.post(path).code == "proposal-invalid")
            #expect(try await scene.post(path, ["form": ["days": "x"]]).code == "proposal-invalid")
            #expect(try await scene.post(path, ["form": ["days": 3]]).json["state"] == "approved")
        }
    }

    @Test func whatIsNoVerdictIsRefused() async throws {
        try await APIScene.play { scene async throws in
            let id = try await Self.ask(scene, ApprovalTerms(allowsRequester: true)).id
            #expect(try await scene.post("/v1/approvals/\(id)/happened", ["result": 1]).code == "bad-request")
            #expect(try await scene.post("/v1/approvals/\(id)/perhaps").code == "path-not-found")
            #expect(try await scene.post("/v1/approvals/999/approve").code == "approval-not-found")
            #expect(try await scene.post("/v1/approvals/x/approve").code == "bad-parameter")
            #expect(try await scene.get("/v1/approvals?state=open").json["approvals"]?.arrayValue?.count == 1)
            #expect(try await scene.get("/v1/approvals?state=decided").json["approvals"]?.arrayValue?.isEmpty == true)
        }
    }
}
