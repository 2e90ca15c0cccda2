// The home of roles and of what each may do.

/** The roles a member or a key can have with an artist. */
export const ROLES = [
  "owner",
  "admin",
  "manager",
  "label",
  "accountant",
  "marketer",
  "editor",
  "collaborator",
  "viewer",
] as const;

/** One role of {@link ROLES}. */
export type Role = (typeof ROLES)[number];

/** Tells whether a text names a role. */
export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

const SEES_MONEY = ["owner", "admin", "manager", "label", "accountant", "viewer"] as const;
const KEEPS_BOOKS = ["owner", "admin", "manager", "label", "accountant"] as const;
const RUNS_TEAM = ["owner", "admin"] as const;

/**
 * The matrix: which roles may call which operation. An operation that is not listed is allowed to nobody, and the
 * conformance suite holds this table and the registered operations equal.
 */
export const MATRIX: Readonly<Record<string, readonly Role[]>> = {
  createApiKey: RUNS_TEAM,
  listApiKeys: RUNS_TEAM,
  revokeApiKey: RUNS_TEAM,
  uploadStatement: KEEPS_BOOKS,
  openStatementUpload: KEEPS_BOOKS,
  sendStatementUploadPart: KEEPS_BOOKS,
  getStatementUpload: KEEPS_BOOKS,
  completeStatementUpload: KEEPS_BOOKS,
  discardStatementUpload: KEEPS_BOOKS,
  listStatements: SEES_MONEY,
  getStatement: SEES_MONEY,
  listStatementLines: SEES_MONEY,
  explainStatementLine: SEES_MONEY,
  getStatementFile: SEES_MONEY,
  previewStatement: SEES_MONEY,
  mapStatement: KEEPS_BOOKS,
  listMappingTemplates: SEES_MONEY,
  getMappingTemplate: SEES_MONEY,
  importMappingTemplate: KEEPS_BOOKS,
  deleteMappingTemplate: KEEPS_BOOKS,
  commitStatement: KEEPS_BOOKS,
  retractStatement: KEEPS_BOOKS,
  listStatementFormats: SEES_MONEY,
  exportStatement: SEES_MONEY,
  createStatementExport: SEES_MONEY,
  listStatementExports: SEES_MONEY,
  getStatementExport: SEES_MONEY,
  deleteStatementExport: KEEPS_BOOKS,
  listIdentities: SEES_MONEY,
  assignIdentity: KEEPS_BOOKS,
  getEarnings: SEES_MONEY,
  getEarningsOverview: SEES_MONEY,
  explainEarnings: SEES_MONEY,
  diffEarnings: SEES_MONEY,
  replaceDevelopmentPlays: KEEPS_BOOKS,
  getStreams: ROLES,
  getReconciliation: SEES_MONEY,
  listPlayWindows: ROLES,
  listConnections: ROLES,
  connectProvider: RUNS_TEAM,
  disconnectProvider: RUNS_TEAM,
};

/** Tells whether a role may call an operation. */
export function mayCall(role: Role, operation: string): boolean {
  return MATRIX[operation]?.includes(role) ?? false;
}

/** Tells whether someone in one role may hand out another: nobody gives more than they have. */
export function mayGrant(granter: Role, granted: Role): boolean {
  return ROLES.indexOf(granter) <= ROLES.indexOf(granted);
}
