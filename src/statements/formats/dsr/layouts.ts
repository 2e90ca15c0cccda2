// The home of the records of DDEX sales reports: which cells each has, in which order, and which must be there.

/** The cells of one type of record. */
export interface Layout {
  /** As the standard writes it: `AS01`, or `AS02.01` where the type has versions. */
  readonly type: string;
  /** Names in order; the first is always `RecordType`. */
  readonly names: readonly string[];
  readonly places: ReadonlyMap<string, number>;
  /** How many cells a record must have at least: those up to its last mandatory one. */
  readonly least: number;
}

const SOUND = "BlockId! ResourceReference! DspResourceId! ISRC Title! SubTitle DisplayArtistName! DisplayArtistPartyId";
const WRITERS =
  "ComposerAuthor ComposerAuthorPartyId Arranger ArrangerPartyId MusicPublisher MusicPublisherPartyId " +
  "WorkContributor WorkContributorPartyId";
const WORK = `BlockId! DspWorkId! ISWC Title! SubTitle ${WRITERS} DataProvider`;
const OFFER = "SummaryRecordId! DistributionChannel DistributionChannelDPID CommercialModel! UseType! Territory!";
const CONTROLLER = "RightsController RightsControllerPartyId";
const SUBSCRIBERS =
  "ServiceDescription! SubscriberType! Subscribers! SubPeriodStartDate SubPeriodEndDate UsagesInSubPeriod " +
  "UsagesInReportingPeriod";
const LICENSOR =
  `BlockId! SummaryRecordId RightsController! RightsControllerPartyId RightsControllerWorkId RightSharePercentage! ` +
  "RightsType AllocatedNetRevenue! AllocatedAmount!";
const UGC_SALE =
  "BlockId! SalesTransactionId! SummaryRecordId DspReleaseId! Usages NetRevenue! ValidityPeriodStart ValidityPeriodEnd";
const RESOURCE_OF_ROW =
  "SummaryRecordId! DspResourceId! ISRC ResourceTitle! ResourceSubTitle ResourceDisplayArtistName! " +
  `ResourceDisplayArtistPartyId Duration ResourceType! ProprietaryWorkId ISWC ${WRITERS} DspReleaseId ` +
  "ProprietaryReleaseId ReleaseCatalogNumber ICPN ReleaseDisplayArtistName! ReleaseDisplayArtistPartyId " +
  "ReleaseTitle! ReleaseSubTitle ReleaseType ReleaseLabel PLine ReleaseDataProvider";

/**
 * Cells by record type, behind the record type itself; `!` marks a mandatory one.
 *
 * Profiles share record types, and a type whose cells changed has another number behind its point: so one list serves
 * BasicAudioProfile 1.0 to 1.2, UGCProfile 1.0 to 1.2, RoyaltyReportingProfile 1.0.1 and
 * FinancialReportingToRecordCompaniesProfileSRB 1.0.
 *
 * @see the record definitions of these profiles, https://github.com/ddexnet/dsrf at commit 1dc231e, and Part 8 of the
 *   standard, https://dsr8.ddex.net; names and order only; checked 2026-11
 */
const CELLS: Readonly<Record<string, string>> = {
  HEAD:
    "MessageVersion! Profile! ProfileVersion! MessageId! MessageCreatedDateTime! FileNumber! NumberOfFiles! " +
    "UsageStartDate! UsageEndDate! SenderPartyId! SenderName! ServiceDescription RecipientPartyId RecipientName " +
    "RepresentedRepertoire",
  FOOT:
    "NumberOfLinesInFile! NumberOfLinesInReport NumberOfSummaryRecords! NumberOfBlocksInFile! " +
    "NumberOfBlocksInReport",
  SRFO: "NumberOfLinesInReport! NumberOfSummaryRecords!",

  AS01: `${SOUND} Duration! ResourceType!`,
  "AS01.01": `${SOUND} Duration ResourceType! IsMasterRecording`,
  AS02: `${SOUND} Duration! ResourceType! ISWC ${WRITERS}`,
  "AS02.01": `${SOUND} Duration! ResourceType! ISWC ${WRITERS} ProprietaryWorkId`,
  "AS02.02": `${SOUND} Duration ResourceType! ISWC ${WRITERS} ProprietaryWorkId IsMasterRecording`,
  MW01: WORK,
  "MW01.01": `${WORK} ProprietaryWorkId`,
  RE01:
    "BlockId! ReleaseReference! DspReleaseId! ProprietaryReleaseId CatalogNumber ICPN DisplayArtistName! " +
    "DisplayArtistPartyId Title! SubTitle ReleaseType Label PLine DataProvider",
  RE02: "BlockId! ReleaseReference! DspSubReleaseId! ProprietarySubReleaseId UsedResources!",
  RU01: "BlockId! SummaryRecordId! DspReleaseId! Usages!",
  "RU01.01": "BlockId! SummaryRecordId! DspReleaseId! Usages! ContentCategory!",
  RU02: "BlockId! SummaryRecordId! DspReleaseId! ReleaseTitle! ReleaseURL! Usages!",
  "RU02.01": "BlockId! SummaryRecordId! DspReleaseId! ReleaseTitle! ReleaseURL! Usages! ContentCategory",

  SU01:
    "BlockId! SummaryRecordId! SalesTransactionId! TransactedRelease TransactedResource IsRoyaltyBearing! " +
    "SalesUpgrade! Usages! Returns! PriceConsumerPaidExcSalesTax PromotionalActivity",
  SU02:
    "BlockId! SummaryRecordId! SalesTransactionId! TransactedRelease TransactedResource IsRoyaltyBearing " +
    "NumberOfStreams! PriceConsumerPaidExcSalesTax PromotionalActivity",
  SU03: UGC_SALE,
  "SU03.01": UGC_SALE,
  "SU03.02":
    "BlockId! SalesTransactionId! SummaryRecordId DspResourceId! Usages! NetRevenue! ValidityPeriodStart " +
    "ValidityPeriodEnd ContentCategory IsRoyaltyBearing",
  LI01: LICENSOR,
  "LI01.01": LICENSOR,
  "LI01.02": `${LICENSOR} AllocatedUsages`,

  SR01:
    `${RESOURCE_OF_ROW} NumberOfTransactedResources! SalesTransactionId! IsRoyaltyBearing! SalesUpgrade! Downloads! ` +
    "Returns! PriceConsumerPaidExcSalesTax CalculatedPriceConsumerPaidForResourceExcSalesTax PromotionalActivity",
  SR02: `${RESOURCE_OF_ROW} SalesTransactionId! IsRoyaltyBearing! NumberOfStreams! PromotionalActivity`,
  SR08:
    "SalesTransactionId! ReleaseGRid ReleaseICPN DspReleaseId! LabelReleaseId ProprietaryReleaseId " +
    "ReleaseContextReleaseGRid ReleaseType ReleaseTitle ReleaseSubTitle ReleaseDisplayArtistName " +
    "ReleaseDisplayArtistPartyId ResourceISRC ResourceISAN DspResourceId LabelResourceId ProprietaryResourceId " +
    "ResourceContextReleaseGRid ResourceType ResourceTitle ResourceSubTitle ResourceDisplayArtistName " +
    "ResourceDisplayArtistPartyId SummaryRecordId! SalesTransactionDate! TotalUsages! Returns! NetUsage! " +
    "WholesalePriceInCurrencyOfTransaction WholesalePriceInCurrencyOfAccounting " +
    "SuggestedConsumerPriceInCurrencyOfTransaction SuggestedConsumerPriceInCurrencyOfAccounting PriceType " +
    "PriceRangeType PriceConsumerPaidExcSalesTaxInCurrencyOfTransaction " +
    "PriceConsumerPaidExcSalesTaxInCurrencyOfAccounting DeductionType DeductionsInCurrencyOfTransaction " +
    "DeductionsInCurrencyOfAccounting RightSharePercentage! CalculatedUnitPriceInCurrencyOfTransaction! " +
    "CalculatedUnitPriceInCurrencyOfAccounting! AllocatedRevenueInCurrencyOfTransaction! " +
    "AllocatedRevenueInCurrencyOfAccounting! AllocatedNetRevenueInCurrencyOfTransaction! " +
    "AllocatedNetRevenueInCurrencyOfAccounting! CopyrightObligationWithDSP!",

  SY01: `${OFFER} ServiceDescription Usages! Subscribers Currency! NetRevenue! IndirectNetRevenue`,
  "SY01.01":
    `${OFFER} ServiceDescription Usages! Subscribers CurrencyOfReporting! NetRevenue! IndirectNetRevenue ` +
    "CurrencyOfTransaction ExchangeRate",
  SY02:
    `${OFFER} ServiceDescription! Usages! Users Currency! NetRevenue! ${CONTROLLER} AllocatedUsages AmountPayable ` +
    "AllocatedNetRevenue",
  "SY02.01":
    `${OFFER} ServiceDescription! Usages! Users Currency! NetRevenue! ${CONTROLLER} AllocatedUsages ` +
    "AllocatedRevenue AllocatedNetRevenue RightsType",
  "SY02.02":
    `${OFFER} ServiceDescription! Usages! Users CurrencyOfReporting! NetRevenue! ${CONTROLLER} AllocatedUsages ` +
    "AllocatedRevenue AllocatedNetRevenue RightsType ContentCategory! CurrencyOfTransaction ExchangeRate " +
    "RightsTypePercentage",
  SY03:
    `${OFFER} ServiceDescription! Usages! Subscribers! Currency! NetRevenue! ${CONTROLLER} AllocatedUsages ` +
    "AllocatedRevenue AllocatedNetRevenue RightsControllerMarketShare ConsumerPaidUnitPrice! " +
    "FreeOrTrialSubscribers! ExchangeRateBaseCurrency ExchangeRate",
  SY04: `${OFFER} ${SUBSCRIBERS} Currency! ExchangeRateBaseCurrency ExchangeRate ConsumerPaidUnitPrice! NetRevenue!`,
  "SY04.01":
    `${OFFER} ${SUBSCRIBERS} CurrencyOfReporting! CurrencyOfTransaction ExchangeRate ConsumerPaidUnitPrice! ` +
    "NetRevenue! MusicUsagePercentage!",
  SY05:
    `${OFFER} ServiceDescription ${CONTROLLER} RightsType! TotalUsages AllocatedUsages MusicUsageRatio ` +
    "AllocatedRevenue AllocatedNetRevenue RightsControllerMarketShare",
  "SY05.02":
    `${OFFER} ServiceDescription ${CONTROLLER} RightsType! TotalUsages AllocatedUsages MusicUsageRatio ` +
    "AllocatedNetRevenue AllocatedRevenue RightsControllerMarketShare CurrencyOfReporting CurrencyOfTransaction " +
    "ExchangeRate SubscriberType SubPeriodStartDate SubPeriodEndDate ContentCategory! RightsTypePercentage",
  "SY06.02":
    `${OFFER} ServiceDescription! Usages! Subscribers CurrencyOfReporting! NumberOfReleases NetRevenue ` +
    "IndirectNetRevenue PreviewAvailable CurrencyOfTransaction ExchangeRate ViewingHours",
  SY07:
    "SummaryRecordId! DistributionChannel DistributionChannelDPID CommercialModel UseType Territory! RightsType! " +
    `ServiceDescription Usages! Users Currency! NetRevenue ${CONTROLLER} AllocatedUsages AllocatedRevenue! ` +
    "AllocatedNetRevenue!",
  SY09:
    "SummaryRecordId! CommercialModel! UseType! Territory! ServiceDescription SubscriberType " +
    `${CONTROLLER} RightsType TotalUsages AllocatedUsages NetRevenue! IndirectNetRevenue ` +
    "RightsControllerMarketShare CurrencyOfReporting! CurrencyOfTransaction ExchangeRate RightsTypePercentage",
  SY10:
    "SummaryRecordId! DistributionChannelName DistributionChannelDPID CommercialModel! UseType! " +
    "ReportingPeriodStartDate! ReportingPeriodEndDate! SubscriberType Subscribers ActiveSubscribers " +
    "PromotionalActivity Territory! ServiceDescription OfferType Quality Usages! AllocatedUsages! Returns! " +
    "MusicUsageRatio! CurrencyOfTransaction! CurrencyOfAccounting! ExchangeRate! ExchangeRateSource " +
    "DateOfCurrencyExchange GrossRevenueInCurrencyOfTransaction GrossRevenueInCurrencyOfAccounting CalculationType " +
    "CalculationValue DeductionType DeductionsInCurrencyOfTransaction! DeductionsInCurrencyOfAccounting! " +
    "NetRevenueInCurrencyOfTransaction! NetRevenueInCurrencyOfAccounting! AllocatedRevenueInCurrencyOfTransaction! " +
    "AllocatedRevenueInCurrencyOfAccounting! AllocatedNetRevenueInCurrencyOfTransaction! " +
    "AllocatedNetRevenueInCurrencyOfAccounting! RightsControllerMarketShare " +
    "SubscriptionFeeInCurrencyOfTransaction SubscriptionFeeInCurrencyOfAccounting! UsageIndependentFeeType " +
    "UsageIndependentFeeInCurrencyOfTransaction UsageIndependentFeeInCurrencyOfAccounting " +
    "FinalTotalAmountInCurrencyOfTransaction! FinalTotalAmountInCurrencyOfAccounting!",
  DE01: "DealSpecificCell!",
};

const LAYOUTS: ReadonlyMap<string, Layout> = new Map(
  Object.entries(CELLS).map(([type, cells]) => {
    const marked = ["RecordType!", ...cells.split(" ")];
    const names = marked.map((name) => name.replace("!", ""));
    const places = new Map(names.map((name, place) => [name, place]));
    return [type, { type, names, places, least: marked.findLastIndex((name) => name.endsWith("!")) + 1 }];
  }),
);

/**
 * The layout of a record type as printed, with or without the point before its version.
 *
 * @returns null where it is none that is read
 */
export function layoutOf(printed: string): Layout | null {
  const known = LAYOUTS.get(printed);
  if (known !== undefined) return known;
  const type = printed.trim().toUpperCase();
  return LAYOUTS.get(type) ?? LAYOUTS.get(type.replace(/^([A-Z]{2}\d{2})(\d{2})$/u, "$1.$2")) ?? null;
}

/** The layout with the most cells among the types that begin in one of these ways. */
export function widestOf(families: readonly string[]): Layout {
  let widest = LAYOUTS.get("HEAD") as Layout;
  for (const layout of LAYOUTS.values()) {
    const isOne = families.some((family) => layout.type.startsWith(family));
    if (isOne && layout.names.length > widest.names.length) widest = layout;
  }
  return widest;
}
