// The home of the wire shapes of uploads in parts.

import { z } from "zod";
import { instantToIso } from "../../kernel/time.ts";
import { EXAMPLES } from "../examples.ts";
import { countParts, UPLOAD_STATUSES } from "./model.ts";
import type { UploadState } from "./service.ts";

export const UploadOpeningShape = z
  .strictObject({
    filename: z.string().min(1).max(255),
    sizeBytes: z.int().min(0).meta({ description: "The size of the whole file, up to 2 GiB." }),
    preview: z.boolean().default(false).meta({ description: "Read it, and wait for commit before booking." }),
  })
  .meta({ id: "StatementUploadOpening" });

export const StatementUpload = z
  .object({
    id: z.string(),
    status: z.enum(UPLOAD_STATUSES),
    filename: z.string(),
    sizeBytes: z.int(),
    partBytes: z.int().meta({ description: "The size of every part but the last." }),
    parts: z.int().meta({ description: "How many parts there are; they are numbered from 1." }),
    received: z
      .array(z.int())
      .meta({ description: "The parts that have come whole; the others are still to be sent." }),
    statementId: z.string().nullable().meta({ description: "The statement it has become, once completed." }),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: "StatementUpload", example: EXAMPLES.StatementUpload });

export function presentUpload({ upload, status, received }: UploadState): z.input<typeof StatementUpload> {
  return {
    id: upload.id,
    status,
    filename: upload.filename,
    sizeBytes: upload.sizeBytes,
    partBytes: upload.partBytes,
    parts: countParts(upload),
    received: [...received],
    statementId: status === "completed" ? upload.statementId : null,
    expiresAt: instantToIso(upload.expiresAt),
  };
}

export const StatementUploadPart = z
  .object({ part: z.int(), sizeBytes: z.int() })
  .meta({ id: "StatementUploadPart", example: EXAMPLES.StatementUploadPart });
