import JobModel
import Workflow

/// The problems that arise in several places.
extension Problem {
    /// After how many seconds an unavailable part is worth another try.
    private static let retryAfterSeconds = 2

    static func runNotFound(_ run: RunID) -> Problem {
        Problem(.runNotFound, "there is no run \(run); GET /v1/runs lists them")
    }

    static func jobNotFound(_ job: String, of run: RunID) -> Problem {
        Problem(.jobNotFound, "run \(run) has no job \"\(job)\"; GET /v1/runs/\(run) lists its jobs")
    }

    static func unavailable(_ code: ProblemCode, _ detail: String) -> Problem {
        Problem(code, detail, headers: [.retryAfter: String(retryAfterSeconds)])
    }

    /// The event is none.
    init(_ fault: NewEvent.Fault) {
        if case .largeData = fault {
            self.init(.bodyTooLarge, "\(fault)")
        } else {
            self.init(.eventInvalid, "\(fault)")
        }
    }

    /// The update of an asset is none.
    init(_ fault: ProductDefinition.Fault) {
        if case .event(.largeData) = fault {
            self.init(.bodyTooLarge, "\(fault)")
        } else {
            self.init(.assetInvalid, "\(fault)")
        }
    }

    /// A webhook's request is not believed, or tells nothing.
    init(_ refusal: WebhookRefusal, webhook: String) {
        switch refusal {
        case .headerMissing, .signatureWrong, .tooOld: self.init(.webhookRefused, "webhook \(webhook): \(refusal)")
        case .noJSON: self.init(.malformedJSON, "webhook \(webhook): \(refusal)")
        case .noEvent(let fault): self.init(fault)
        }
    }
}
