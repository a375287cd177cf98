/// Everything the API refuses with, by its stable code; `docs/errors.md` lists them with the way out of each.
package enum ProblemCode: String, CaseIterable, Sendable {
    case malformedJSON = "malformed-json"
    case badRequest = "bad-request"
    case badParameter = "bad-parameter"
    case tokenMissing = "token-missing"
    case tokenInvalid = "token-invalid"
    case notAllowed = "not-allowed"
    case pathNotFound = "path-not-found"
    case approvalNotFound = "approval-not-found"
    case approvalDecided = "approval-decided"
    case approvalChanged = "approval-changed"
    case proposalInvalid = "proposal-invalid"
    case runNotFound = "run-not-found"
    case jobNotFound = "job-not-found"
    case webhookNotFound = "webhook-not-found"
    case webhookRefused = "webhook-refused"
    case eventInvalid = "event-invalid"
    case stepNotFound = "step-not-found"
    case outputNotFound = "output-not-found"
    case budgetNotFound = "budget-not-found"
    case priceNotFound = "price-not-found"
    case scheduleNotFound = "schedule-not-found"
    case triggerNotFound = "trigger-not-found"
    case assetNotFound = "asset-not-found"
    case assetInvalid = "asset-invalid"
    case backfillNotFound = "backfill-not-found"
    case backfillNotActive = "backfill-not-active"
    case backfillEmpty = "backfill-empty"
    case methodNotAllowed = "method-not-allowed"
    case outputNotReady = "output-not-ready"
    case outputsTooLarge = "outputs-too-large"
    case idempotencyKeyUsed = "idempotency-key-used"
    case runNotCancellable = "run-not-cancellable"
    case runNotRetryable = "run-not-retryable"
    case runNotForkable = "run-not-forkable"
    case runNotPausable = "run-not-pausable"
    case notPaused = "not-paused"
    case workflowNotFound = "workflow-not-found"
    case workflowNotDeployed = "workflow-not-deployed"
    case notPinned = "not-pinned"
    case weightNotFound = "weight-not-found"
    case jobNotMarkable = "job-not-markable"
    case outputInvalid = "output-invalid"
    case bodyTooLarge = "body-too-large"
    case workflowInvalid = "workflow-invalid"
    case paramsInvalid = "params-invalid"
    case internalError = "internal-error"
    case databaseUnavailable = "database-unavailable"
    case schemaUnfit = "schema-unfit"
    case storeUnavailable = "store-unavailable"
    case outputDamaged = "output-damaged"

    /// The HTTP status.
    package var status: Int {
        switch self {
        case .malformedJSON, .badRequest, .badParameter: 400
        case .tokenMissing, .tokenInvalid, .webhookRefused: 401
        case .notAllowed: 403
        case .approvalNotFound, .pathNotFound, .runNotFound, .jobNotFound, .stepNotFound, .outputNotFound,
            .budgetNotFound, .priceNotFound, .webhookNotFound, .scheduleNotFound, .backfillNotFound,
            .workflowNotFound, .weightNotFound, .triggerNotFound, .assetNotFound:
            404
        case .methodNotAllowed: 405
        case .approvalDecided, .approvalChanged, .outputNotReady, .runNotCancellable, .runNotRetryable, .runNotForkable,
            .backfillNotActive, .backfillEmpty, .runNotPausable, .notPaused, .jobNotMarkable, .workflowNotDeployed,
            .notPinned, .idempotencyKeyUsed:
            409
        case .bodyTooLarge: 413
        case .proposalInvalid, .workflowInvalid, .paramsInvalid, .eventInvalid, .assetInvalid, .outputInvalid,
            .outputsTooLarge:
            422
        case .internalError, .outputDamaged: 500
        case .databaseUnavailable, .schemaUnfit, .storeUnavailable: 503
        }
    }

    /// What all problems of this code have in common, in lower case.
    package var title: String {
        switch self {
        case .malformedJSON: "the body is not valid JSON"
        case .badRequest: "the body does not say what it should"
        case .badParameter: "a parameter of the address is wrong"
        case .tokenMissing: "a token is needed"
        case .tokenInvalid: "the token lets nobody in"
        case .notAllowed: "the token may not do this"
        case .approvalNotFound: "there is no such approval"
        case .approvalDecided: "the approval is not open"
        case .approvalChanged: "the approval is for something else by now"
        case .proposalInvalid: "what was put in its place does not fit"
        case .pathNotFound: "there is nothing at this address"
        case .runNotFound: "there is no such run"
        case .jobNotFound: "the run has no such job"
        case .webhookNotFound: "there is no such webhook"
        case .webhookRefused: "the request is not signed as it should be"
        case .eventInvalid: "the event is refused"
        case .stepNotFound: "the job has no such step"
        case .outputNotFound: "there is no such output"
        case .budgetNotFound: "there is no such budget"
        case .priceNotFound: "no such price was set"
        case .scheduleNotFound: "there is no such schedule"
        case .triggerNotFound: "there is no such trigger"
        case .assetNotFound: "there is no such asset"
        case .assetInvalid: "the update of the asset is refused"
        case .backfillNotFound: "there is no such backfill"
        case .backfillNotActive: "the backfill cannot go on"
        case .backfillEmpty: "there is nothing to backfill"
        case .methodNotAllowed: "the method is not allowed here"
        case .outputNotReady: "the output is not there yet"
        case .outputsTooLarge: "the outputs are too large together"
        case .idempotencyKeyUsed: "the idempotency key is that of something else"
        case .runNotCancellable: "the run cannot be cancelled"
        case .runNotRetryable: "the run cannot be retried"
        case .runNotForkable: "the run cannot be forked"
        case .runNotPausable: "the run cannot be paused"
        case .notPaused: "it is not paused"
        case .workflowNotFound: "there is no such workflow"
        case .workflowNotDeployed: "the workflow is not deployed"
        case .notPinned: "no version of it is pinned"
        case .weightNotFound: "no such weight was set"
        case .jobNotMarkable: "the job cannot be marked"
        case .outputInvalid: "the output is refused"
        case .bodyTooLarge: "the body is too large"
        case .workflowInvalid: "the workflow file is refused"
        case .paramsInvalid: "the params are refused"
        case .internalError: "something went wrong inside"
        case .databaseUnavailable: "the database does not answer"
        case .schemaUnfit: "the database does not fit this program"
        case .storeUnavailable: "the object store does not answer"
        case .outputDamaged: "the stored output is damaged"
        }
    }
}
