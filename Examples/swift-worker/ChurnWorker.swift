import ChassisWorker

/// A worker that scores how likely a customer is to leave: a handler that is a job, and a tool that agents call.
@main struct ChurnWorker {
    struct Customer: Codable {
        var id: Int
        var name: String
        var ordersLastYear: Int
        var openTickets: Int
    }

    struct ScoreInput: Codable {
        var customer: Int
    }

    enum Risk: String, Codable, CaseIterable {
        case low, medium, high
    }

    struct Assessment: Codable {
        var risk: Risk
        var why: String
    }

    struct Score: Codable {
        var customer: String
        var risk: Risk
        var offer: String?
        var approvedBy: [String]
    }

    static func main() async {
        var worker = Worker()
        worker.tool("lookup_customer", description: "Finds a customer by number.", effect: .none) {
            (input: ScoreInput, call) in
            call.log("looking up customer \(input.customer)")
            return try find(input.customer)
        }
        worker.handler("score", score)
        await worker.run()
    }

    /// Killed at any point, it goes on there: what is recorded is neither done nor paid for again.
    private static func score(_ input: ScoreInput, _ context: JobContext) async throws -> Score {
        let customer = try await context.step("find") { try find(input.customer) }
        let assessment: Assessment = try await context.model(
            "model/scripted-analyst",
            prompt: "How likely is \(customer.name) to leave? \(customer.ordersLastYear) orders last year, "
                + "\(customer.openTickets) open tickets.",
            name: "assess"
        )
        context.log("\(customer.name): \(assessment.risk.rawValue), \(assessment.why)")
        guard assessment.risk == .high else {
            return Score(customer: customer.name, risk: assessment.risk, offer: nil, approvedBy: [])
        }
        let offer = try await context.agent(
            "model/scripted-analyst",
            prompt: "Write an offer that keeps customer \(customer.id).",
            tools: [.tool("lookup_customer")],
            limits: AgentLimits(turns: 5),
            name: "write"
        )
        // Offers go out in the next business hour, which is a second here; no worker waits for it.
        try await context.sleep(for: .seconds(1), name: "business-hours")
        let decision = try await context.approval(
            "offer",
            message: "Send \(customer.name) this offer?",
            show: ["offer": offer],
            by: Approvers(includesRequester: true, within: .seconds(86_400))
        )
        guard decision.isApproved else {
            throw JobError("no offer is sent: \(decision.reason ?? "denied")", code: "offer-denied", isPermanent: true)
        }
        try await context.step("send", effect: .once, input: offer) { step in
            // Here the mail would go out, with step.idempotencyKey where the mail service takes one.
        }
        return Score(customer: customer.name, risk: assessment.risk, offer: offer, approvedBy: decision.by)
    }

    private static func find(_ id: Int) throws -> Customer {
        let customers = [
            Customer(id: 1, name: "Ann's Bakery", ordersLastYear: 52, openTickets: 0),
            Customer(id: 2, name: "Bob's Bikes", ordersLastYear: 3, openTickets: 4),
        ]
        guard let customer = customers.first(where: { $0.id == id }) else {
            throw JobError("there is no customer \(id); there are 1 and 2", code: "customer-unknown", isPermanent: true)
        }
        return customer
    }
}
